"""Where networks and checkpoints are kept: a folder, or any address that fsspec knows."""
