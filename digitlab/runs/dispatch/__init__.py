"""From a queued run to a worker process.

background_thread  looks at the record again and again, while the app runs
dispatcher         hands queued runs to workers, and requeues runs whose worker died
jobs               what worker processes are asked, one typed function per question
local_cluster      the scheduler and workers on this machine
search_driver      begins the trials of searches, and tells the searches what became of them
worker_client      the connection to the worker processes, through Dask
worker_names       names of workers, and whether their process has ended
"""
