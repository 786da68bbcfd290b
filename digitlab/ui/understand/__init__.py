"""Pieces of the page Understand.

digit_map_view        nearest neighbours, and the map of digits
forward_pass_view     heat maps, layers, sums and neurons, shown
picture_choice        the choice of the picture to explain
top_activations_view  the training digits that activate a filter most
"""
