"""Build digitlab/digits/written.npz, the digits that every tuning learns from beside its person's own.

    python scripts/build_written.py

To be run again whenever what it writes has changed: templates, pens, or how ink becomes 28 x 28 (a test tells).
"""

import numpy as np

from digitlab.digits import written

if __name__ == "__main__":
    arrays = written.write()
    np.savez_compressed(written.PATH, allow_pickle=False, **arrays)
    print(f"{written.PATH}: {written.PATH.stat().st_size:,} bytes")
