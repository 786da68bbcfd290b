"""From a drawing or a picture to a digit of 28 x 28 pixels.

bundles      many digits in a file: pictures in a ZIP, arrays in an .npz
foreground   ink told from its ground: canvas, transparency, or a photograph
normalize    ink -> 28 x 28, in steps
photo        ink in a photograph of paper or a board
ruled_lines  lines of the paper
"""
