"""Pieces of the page Evaluate.

calibration_view  calibration and confidence thresholds
comparison_view   two networks on the same digits
evaluation        a network's answers on a set of digits, shared by the views
label_noise_view  labels that several networks disagree with
overview_view     accuracy, confusion matrix, per-digit results and mistakes
robustness_view   accuracy on distorted digits
"""
