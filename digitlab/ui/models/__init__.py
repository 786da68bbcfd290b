"""Pieces of the page Models.

card_view     the model card
details_view  a network's training or origin, calibration and settings
download      a network as a file, and its Keras code
import_form   the import of a network from a file
network_list  the list of all networks
"""
