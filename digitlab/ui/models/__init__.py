"""Pieces of the page Models.

card_view    the model card, shown
download     a network as a file, and its code
import_form  networks from elsewhere
"""
