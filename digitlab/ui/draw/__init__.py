"""Pieces of the first page, where one draws.

drawing_sharing  a link to the drawing for other people, and the drawing of such a link
next_pages       what to do next
picture_file     the picture that is uploaded or taken
"""
