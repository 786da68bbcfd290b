"""Turns a drawing or a picture into a digit of 28 x 28 pixels.

bundles        exports and imports many digits as a ZIP or an .npz
checkerboard   removes the checkerboard of a transparent picture that was saved as pixels
colormaps      turns a plot's false colours back into values
discs          finds digits that stand out from a filled disc, as on badges
foreground     extracts the ink from a canvas, a drawing or a photo
frames         removes printed frames, cells and combs, and keeps what is written in them
holes          tells the hole in a thick digit from something that is written on a dark area
normalization  normalizes ink to 28 x 28, in steps
photo          extracts ink from a photo of paper or a board
picture_edges  finds the bars of a screenshot, and the corners of the table beside a scanned sheet
pixel_grid     samples pictures whose pixels were drawn as squares
rectangles     finds the rectangular outlines of frames, cells, plots and combs
ruled_lines    finds and removes the lines of the paper
tilted_sheet   finds a sheet that lies askew in its picture, and paints its surroundings in the colour of the paper
version        the version of the preprocessing
"""
