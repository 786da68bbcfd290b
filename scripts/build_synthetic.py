"""Build digitlab/synthesis/cache.npz, the digits that every tuning learns from beside its person's own.

    python scripts/build_synthetic.py

To be run again whenever what it writes has changed: templates, pens, or how ink becomes 28 x 28 (a test tells).
"""

import numpy as np

from digitlab.synthesis import cache

if __name__ == "__main__":
    arrays = cache.write()
    np.savez_compressed(cache.PATH, allow_pickle=False, **arrays)
    print(f"{cache.PATH}: {cache.PATH.stat().st_size:,} bytes")
