"""Pieces of the page Train.

setting_fields    a setting's widget
settings_sharing  settings as a link and a file
training_form     the settings of a training, as a form
"""
