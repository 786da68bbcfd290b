"""Pieces of the page Watch it learn.

epoch_views  A network after an epoch: reading, first layer, confusion matrix, digit map
layer_views  The layers over the epochs: statistics and histograms of their weights
"""
