"""Build digitlab/synthesis/cache.npz: the synthetic digits that every fine-tuning learns from besides a person's own.

    python scripts/build_synthetic.py

Run it again whenever its result changes: after a change to templates, pens or the normalization (a test fails then).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import numpy as np

from digitlab.synthesis import cache

if __name__ == "__main__":
    arrays = cache.generate()
    np.savez_compressed(cache.PATH, allow_pickle=False, **arrays)
    print(f"{cache.PATH}: {cache.PATH.stat().st_size:,} bytes")
