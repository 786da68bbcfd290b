"""Pieces of the page Compare.

comparison_tables  scores, learning curves and settings side by side
contender_choice   the choice of the networks and runs to compare
drawing_readings   one drawing, read by many networks at once
"""
