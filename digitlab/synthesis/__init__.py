"""Synthetic digits, drawn from writing templates.

cache        some of that, kept in a file
handwriting  templates -> training data in many hands
templates    how people write, as strokes
"""
