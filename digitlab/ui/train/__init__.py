"""Pieces of the page Train.

rate_search       a learning rate found by a range test
setting_fields    a setting's widget
settings_sharing  settings as a link and a file
training_form     the settings of a training, as a form
"""
