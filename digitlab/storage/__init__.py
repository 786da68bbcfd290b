"""Storages: where networks, checkpoints and snapshots are kept.

address     opens the storage for a folder or an address
fallback    a storage with an older one behind it
folder      a folder on this machine
kept_files  small files by owner that may be lost
remote      an address, through fsspec
storage     the interface of all storages
"""
