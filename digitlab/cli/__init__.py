"""The command line.

main    runs a command
parser  what can be said on the command line
"""
