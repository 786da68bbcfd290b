"""Numbers and durations as people say them."""


def duration(seconds: float) -> str:
    """Say a duration as people do."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def a_digit(digit: int) -> str:
    """Return "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"
