"""Synthetic digits, drawn from writing templates.

cache        a file of synthetic digits for fine-tuning
handwriting  draws synthetic digits in many styles of handwriting
templates    the writing templates: digits and other signs as strokes
"""
