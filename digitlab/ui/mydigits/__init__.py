"""Pieces of the page Mydigits.

collection    one's own digits: how many, out and in; their other views:
request_view  drawn on request
review_view   looked through, renamed, deleted
"""
