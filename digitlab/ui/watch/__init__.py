"""Pieces of the page Watch it learn.

curve_view   The loss over the epochs, with a line at the epoch that is shown
epoch_views  A network after an epoch: reading, first layer, confusion matrix, digit map
film_layout  The parts of the film, each with a title
layer_views  The layers over the epochs: statistics and histograms of their weights
run_choice   Which run is watched at first, and whose it is
"""
