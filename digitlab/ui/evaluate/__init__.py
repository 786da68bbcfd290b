"""Pieces of the page Evaluate.

calibration_view  calibration and confidence thresholds
comparison_view   two networks on the same digits
label_noise_view  labels that several networks disagree with
network_pair      the choice of a second network
overview_view     accuracy, confusion matrix, per-digit results and mistakes
robustness_view   accuracy on distorted digits
set_choice        the choice of the digits
"""
