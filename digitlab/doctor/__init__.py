"""Finds what is wrong with a set-up.

checks           whether a set-up is sound: versions, folders, data, networks
database_checks  whether the record can be kept
examine          what is wrong with a set-up, and how to mend it
worker_checks    whether those who train are there, and alike
"""
