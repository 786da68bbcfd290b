import numpy as np


def inked(*boxes, size=(120, 200)):
    """Ink of filled boxes, each (left, top, right, bottom)."""
    ink = np.zeros(size, np.uint8)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 255
    return ink
