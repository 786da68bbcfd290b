"""Pieces of the page Compare.

contenders  runs and networks side by side
"""
