"""Pieces of the page My digits.

collection    export and import
request_view  drawing on request
review_view   review, relabel, delete
"""
