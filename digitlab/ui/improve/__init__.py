"""Pieces of the page Improve.

proof  a network before and after it was tuned
"""
