"""Checks uploaded networks before they are opened.

h5_network        reads a network from an HDF5 file
keras_archive     parses a .keras archive
layer_allowlist   checks a network's layers against an allow-list
legacy_config     rewrites a config of Keras 2 as one of Keras 3
pixel_scales      the scales of pixels in imported networks, and what a person chooses
plain_operations  rewrites arithmetic between layers as layers
weights_file      copies a network's weights, and nothing else
"""
