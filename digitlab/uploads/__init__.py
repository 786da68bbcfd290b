"""Checks uploaded networks before they are opened.

keras_archive    parses a .keras archive
layer_allowlist  checks its layers against an allow-list
pixel_scales     the scales of pixels that networks are trained on, and what a person chooses
sandbox          limits the process that opens it
weights_file     copies its weights, and nothing else
"""
