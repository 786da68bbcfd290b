"""Pieces of the page Watch.

learning  a network while it learns
"""
