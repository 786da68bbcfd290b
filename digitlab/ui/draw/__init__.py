"""Pieces of the first page, where one draws.

drawing_sharing  A link to the drawing for other people, and the drawing of such a link
next_pages       What to do next
picture_file     The picture that is uploaded or taken
"""
