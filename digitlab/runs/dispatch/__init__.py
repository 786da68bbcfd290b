"""From a queued run to a worker process.

background_thread  a thread that checks the record regularly while the app runs
dispatcher         hands queued runs to workers, and requeues runs whose worker died
jobs               what worker processes can be asked: a typed function for each question
local_cluster      the scheduler and workers on this machine
search_driver      starts the trials of searches, and records how they ended
worker_client      the connection to the worker processes, through Dask
worker_names       names of workers, and whether their process has ended
"""
