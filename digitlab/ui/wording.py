"""Digits with their article."""


def a_digit(digit: int) -> str:
    """Return "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"
