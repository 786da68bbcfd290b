"""Pieces of the page Compare.

comparison_tables  runs and networks side by side
"""
