"""Storages: where networks, checkpoints and snapshots are kept.

address     opens the storage for a folder or an address
fallback    a storage that also finds files in an older one
folder      a folder on this machine
kept_files  small files of people, whose loss does no harm
remote      a storage at an fsspec address
storage     the interface of all storages
"""
