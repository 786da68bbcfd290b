"""The command line.

parser  what can be said on the command line
"""
