"""Pieces of the page Train.

settings_sharing  settings that travel
training_form     the settings of a training, as a form
"""
