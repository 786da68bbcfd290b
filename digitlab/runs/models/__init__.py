"""Networks, checkpoints and snapshots in storage.

array_cache       a cache of arrays that took long to compute
cleanup           deletes old checkpoints and snapshots, and partial files
model_files       the ready-made networks and people's own
model_import      imports networks from elsewhere, opened in a sandbox
model_storage     opens the storage of networks, checkpoints and snapshots
recogniser_cache  a cache of loaded networks
repository        the networks in one storage
scoring           evaluation in a worker process
snapshot_store    the snapshots of runs
"""
