"""Pieces of the page Watch it learn.

curve_view   the loss over the epochs, with a line at the epoch that is shown
epoch_views  a network after an epoch: reading, first layer, confusion matrix, digit map
film_layout  the parts of the film, each with a title
layer_views  the layers over the epochs: statistics and histograms of their weights
run_choice   the run that is shown at first, and its owner
"""
