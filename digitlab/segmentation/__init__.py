"""Cuts a line of digits into segments that may be one digit each.

broken_strokes  bridges the gaps within strokes
components      the connected components of the ink, and the scale of the writing
geometry_prior  how likely a segment is one digit by its position and form alone
marks           leaves out what is no part of a digit: specks, circles, underlines, captions
seams           where a component may be cut in two
segments        cuts a line into candidate segments
"""
