"""Where networks and checkpoints are kept.

address  from what a person writes to one of these
folder   a folder
remote   any address, through fsspec
storage  what a place for files promises
"""
