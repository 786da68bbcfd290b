"""Checks an installation: finds what is wrong, and says what to do.

checks           checks of this machine: settings, packages, folders, MNIST and ready-made networks
database_checks  checks the database
examine          runs all checks
worker_checks    checks each worker: present, same versions, can reach database and networks
"""
