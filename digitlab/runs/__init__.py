"""What happened: runs, networks and drawings, and who may change them.

Imports run downwards only: services -> dispatch -> models -> store -> records.

services/  what people may do
dispatch/  from a queued run to a worker process
models/    networks, checkpoints and snapshots in storage
store/     the record in SQL
records/   the nouns, without input or output
"""
