"""Pieces of the page Try many.

search_charts    the charts of a search, with their alternatives in words
search_form      what a search varies and how long it is, as a form
search_heading   a search's title and state, how far it is, and what can be done with it
starting_points  the networks that a search may start from
trial_table      the trials of a search as a table
"""
