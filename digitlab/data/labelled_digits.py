"""Digits with their labels."""

import numpy as np
from numpy.typing import NDArray

LabelledDigits = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # images, (n, 28, 28), and labels, (n,)
