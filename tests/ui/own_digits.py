"""Digits of the person who visits the pages in tests."""

import numpy as np

from digitlab.data.mnist import Mnist
from digitlab.lab import Lab
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.people import Person, person_id
from digitlab.ui.visitor_cookie import COOKIE


def visitor(cookies: dict[str, str]) -> Person:
    """Return the person whom the pages know by these cookies."""
    return Person(id=person_id(cookies[COOKIE]))


def save_digits(lab: Lab, cookies: dict[str, str], digits: Mnist, count: int) -> list[Drawing]:
    """Save the first test digits as the visitor's own, and return them as recorded."""
    drawings = [
        Drawing(label=int(label), image=np.ascontiguousarray(image), source="import")
        for image, label in zip(digits.x_test[:count], digits.y_test[:count], strict=True)
    ]
    return lab.drawings.save(drawings, visitor(cookies))
