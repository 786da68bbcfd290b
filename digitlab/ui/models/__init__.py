"""Pieces of the page Models.

card_view    the model card
download     a network as a file, and its Keras code
import_form  the import of a network from a file
"""
