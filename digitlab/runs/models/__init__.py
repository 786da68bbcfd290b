"""Networks, checkpoints and snapshots in storage.

array_cache     arrays that took long to compute
cleanup         checkpoints, and what is cleaned by rule
model_files     the ready-made networks and people's own
model_import    networks from elsewhere, checked in a sandbox
model_storage   opens the storage of networks, checkpoints and snapshots
recognisers     those that are ready to read in this process
repository      networks in one storage
scoring         what such a process reads for others
snapshot_store  a run's snapshots
"""
