"""From a queued run to a worker process.

dispatcher     hands in what waits, and lets go on what lost its process
jobs           what a worker process is handed
local_cluster  the processes that train on this machine
worker_client  the way to the processes that train, through Dask
"""
