"""Pieces of the page Train.

epoch_time        the estimate of how long an epoch takes
layer_draft       a stack of layers that is being edited, with undo
layer_stack       a network of one's own: its layers, their settings, figures and picture
network_picture   a picture of a network, as SVG
rate_search       a learning rate found by a range test
setting_fields    a setting's widget
settings_sharing  settings as a link and a file
steering          a run batch by batch: loss, learning rate, single steps
training_form     the settings of a training, as a form
"""
