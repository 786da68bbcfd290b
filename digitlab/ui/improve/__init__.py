"""Pieces of the page Improve.

verdict_view  a network before and after fine-tuning
"""
