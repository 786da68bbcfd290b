"""Checks uploaded networks before they are opened.

h5_network        reads a network from an HDF5 file
keras_archive     parses a .keras archive
layer_allowlist   checks a network's layers against an allow-list
legacy_config     what Keras 2 wrote about layers -> as Keras 3 writes it
pixel_scales      the scales of pixels that networks are trained on, and what a person chooses
plain_operations  arithmetic between layers -> layers
weights_file      copies a network's weights, and nothing else
"""
