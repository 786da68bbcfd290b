"""Durations in words."""

from digitlab.translation import _


def roughly(seconds: float) -> str:
    """Return a duration of any size with its unit, short ones with one digit: "0.4 s", "9 s", "12 min"."""
    return _("{seconds:.1g} s", seconds=seconds) if seconds < 0.95 else in_words(seconds)


def in_words(seconds: float) -> str:
    """Return a duration with its unit: "9 s", "12 min", "1.5 h"."""
    if seconds < 90:
        return _("{seconds:.0f} s", seconds=seconds)
    if seconds < 5400:
        return _("{minutes:.0f} min", minutes=seconds / 60)
    return _("{hours:.1f} h", hours=seconds / 3600)
