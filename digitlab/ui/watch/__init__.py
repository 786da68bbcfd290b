"""Pieces of the page Watch.

epoch_views  a network after an epoch
"""
