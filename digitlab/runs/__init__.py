"""What happened: runs, their record, the networks that came of them, and the processes that do the work."""
