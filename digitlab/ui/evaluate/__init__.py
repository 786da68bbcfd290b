"""Pieces of the page Evaluate.

calibration_view  calibration, thresholds
comparison_view   two networks
evaluation        a network on a set of digits, and their pictures; its views:
label_view        labels that several networks doubt
overview_view     figures, what is read as what, mistakes
robustness_view   accuracy as digits are distorted
"""
