"""Pieces of the page Understand.

digit_map_view  what is like it, shown
filter_views    what excites filters, shown
picture_choice  the picture that is explained, chosen
"""
