"""Writing templates: digits and other signs as strokes of a pen, from which training data is drawn.

Each template is one way to write one sign. All shapes were designed for DigitLab, point by point; nothing was traced or
measured from anybody's handwriting or from a data set. The digits cover these styles:

- North America: a bare one, a two with a loop, an open four, a seven without a bar, a nine with a straight stem.
- Europe: a one with a long upstroke, a barred seven, a four like a flash of lightning, a nine with a curled tail, a
  flat three.
- Latin America: a barred seven, a one with a foot, a slashed zero.
- Countries with Arabic script that use Western digits: upright, angular twos and fours, narrow eights.
- East Asia: a seven with a long hook on its left, a five whose hat is a separate stroke, a four with a short stem.
- School primers with their upright and slanted model forms, careful hands, and hasty ones with gaps and overshoots.
- Rare ones that a network misreads which learned from MNIST: zeros crossed by a long slash or bar, ones with a long
  flag and a foot, narrow closed fours, sevens whose bar lies low or hangs on the stem, very narrow eights, nines with a
  flat, open or tiny loop and a long tail. Among them are fours whose stem the pen did not draw: as they look like the
  letter L, a network cannot be sure of them, but no other digit is likelier.

The other signs are chosen so that nobody can mistake them for digits: no O, l, I, Z, S, B, b, g, q, no bare stick.

Rare styles and signs stand in a table of their own. A network with room for them learns them; a small one that is
fine-tuned would forget MNIST for them: the tutorial's 0.2 of 100 digits.

The tables beside this file have one template per line; a backslash continues a line:

    digit or -   share   name | stroke | stroke ...

A stroke is control points `x,y` in hundredths of the unit box, y down, to be joined by a smooth curve through all of
them (a centripetal Catmull-Rom spline); `x,y!` is a sharp corner, which is that point given twice. A stroke of two
points is straight. The share says how common a style is among those of the same digit.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_USUAL, _RARE = ("templates_digits.txt", "templates_others.txt"), ("templates_rare.txt",)
_HEAD = re.compile(r"(?P<digit>[0-9]|-) +(?P<share>\d+(\.\d+)?) +(?P<name>\S.*)")
_POINT = re.compile(r"(?P<x>-?\d+),(?P<y>-?\d+)(?P<corner>!?)")


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One way to write one sign.

    Attributes:
        name: Unique, e.g. "seven, barred".
        digit: 0 to 9; None for other signs.
        strokes: float64 (n, 2) each, n at least 2: control points (x, y), y down, about 0 to 1. Read-only. A point
            given twice is a sharp corner; elsewhere the curve through the points is smooth.
        share: How common this style is among those of the same digit, above 0.
        is_rare: Whether it is a style or sign for networks that have room for it.
    """

    name: str
    digit: int | None
    strokes: tuple[NDArray[np.float64], ...]
    share: float = 1.0
    is_rare: bool = False


@cache
def templates() -> tuple[Template, ...]:
    """Return all templates, digits first; the same objects each time."""
    found = [
        template
        for names, is_rare in ((_USUAL, False), (_RARE, True))
        for name in names
        for template in parse(Path(__file__).with_name(name).read_text(encoding="utf-8"), is_rare=is_rare)
    ]
    return tuple(sorted(found, key=lambda template: template.digit is None))


@cache
def digit_templates() -> tuple[Template, ...]:
    """Return the templates of digits."""
    return tuple(template for template in templates() if template.digit is not None)


@cache
def other_templates() -> tuple[Template, ...]:
    """Return the templates of letters, signs and small pictures that are not digits."""
    return tuple(template for template in templates() if template.digit is None)


def parse(table: str, *, is_rare: bool = False) -> tuple[Template, ...]:
    """Parse a table of templates in the format described at the top of this file; blank lines are skipped.

    Raises:
        ValueError: A line has another format; the message quotes it.
    """
    return tuple(_template(line, is_rare) for line in table.replace("\\\n", "").splitlines() if line.strip())


def _template(line: str, is_rare: bool) -> Template:
    head, *strokes = [part.strip() for part in line.split("|")]
    match = _HEAD.fullmatch(head)
    if not match or float(match["share"]) == 0:
        raise ValueError(f"A template must start with a digit or -, a share above 0 and a name, unlike {line!r}.")
    if not strokes:
        raise ValueError(f"A template must have at least one stroke after a |, unlike {line!r}.")
    digit = None if match["digit"] == "-" else int(match["digit"])
    drawn = tuple(_stroke(text, line) for text in strokes)
    return Template(match["name"], digit, drawn, float(match["share"]), is_rare)


def _stroke(text: str, line: str) -> NDArray[np.float64]:
    points = []
    for word in text.split():
        match = _POINT.fullmatch(word)
        if not match:
            raise ValueError(f"A point must be x,y or x,y! in whole hundredths, unlike {word!r} in {line!r}.")
        points += [(int(match["x"]), int(match["y"]))] * (2 if match["corner"] else 1)
    if len(set(points)) < 2:
        raise ValueError(f"A stroke must have at least two different points, unlike {text!r} in {line!r}.")
    stroke = np.array(points) / 100
    stroke.flags.writeable = False
    return stroke
