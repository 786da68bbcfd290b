"""Changes of the learning rate during a training: made by a person while it ran, and repeated from the record."""

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.translation import Text

MAX_CHANGES = 100  # changes in one training
_MAX_BATCH = 10**9
_FORMAT = Text("Give batch:rate, with commas between changes, such as 1500:0.0005,3000:0.0001.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """A change of the learning rate during a training.

    Attributes:
        batch: How many batches had been trained, over all epochs, when it was changed.
        rate: The learning rate from then on; it takes the place of a schedule.

    Raises:
        InvalidSetting: The batch is no whole number, or negative, or the rate is no number. `TrainingConfig` checks the
            bounds of the rate.

    Example:
        >>> RateChange(batch=1500, rate=0.0005)
        RateChange(batch=1500, rate=0.0005)
    """

    batch: int
    rate: float

    def __post_init__(self) -> None:
        batch: Any = self.batch  # whatever was given
        if isinstance(batch, bool) or not isinstance(batch, int) or not 0 <= batch <= _MAX_BATCH:
            raise InvalidSetting(
                Text(
                    "The learning rate changes at batch {batch}. Choose a whole number from 0 to {allowed:,}.",
                    batch=reprlib.repr(batch),
                    allowed=_MAX_BATCH,
                )
            )


def check(changes: object) -> None:
    """Check the changes of a training: their number and order.

    Raises:
        InvalidSetting: They are no tuple of changes, too many, or not in the order of their batches.
    """
    if not isinstance(changes, tuple) or not all(isinstance(change, RateChange) for change in changes):
        raise InvalidSetting(
            Text("The changes of the learning rate are {value}. Give a tuple of them.", value=reprlib.repr(changes))
        )
    if len(changes) > MAX_CHANGES:
        raise InvalidSetting(
            Text(
                "The learning rate changes {count:,} times. At most {allowed} changes are allowed.",
                count=len(changes),
                allowed=MAX_CHANGES,
            )
        )
    batches = [change.batch for change in changes]
    if batches != sorted(set(batches)):
        raise InvalidSetting(Text("The changes of the learning rate are not in the order of their batches."))


def merged(
    recorded: tuple[RateChange, ...], kept: tuple[RateChange, ...], trained: int
) -> tuple[RateChange, ...] | None:
    """Return the changes of a training that is resumed from a checkpoint.

    Args:
        recorded: Those of the run's record.
        kept: Those of the checkpoint.
        trained: How many batches were trained when it was written.

    Returns:
        Those of the record, which may lie after the checkpoint; those of the checkpoint if the record lacks some,
        because it could not be written; None if the two contradict each other.

    Example:
        >>> first, second = RateChange(batch=10, rate=0.01), RateChange(batch=30, rate=0.02)
        >>> merged((first, second), (first,), trained=20) == (first, second)
        True
        >>> merged((), (first,), trained=20) == (first,)
        True
        >>> merged((RateChange(batch=10, rate=0.5),), (first,), trained=20) is None
        True
    """
    past, known = (tuple(change for change in some if change.batch < trained) for some in (kept, recorded))
    if past == known:
        return recorded
    return past if known == past[: len(known)] else None


def as_json(changes: Sequence[RateChange]) -> list[dict[str, Any]]:
    """Return changes as plain values.

    Example:
        >>> as_json((RateChange(batch=1500, rate=0.0005),))
        [{'batch': 1500, 'rate': 0.0005}]
    """
    return [{"batch": change.batch, "rate": change.rate} for change in changes]


def from_json(values: object) -> tuple[RateChange, ...]:
    """Return the changes of plain values, or changes as they are.

    Raises:
        InvalidSetting: They are no list of changes.
    """
    if not isinstance(values, list | tuple):
        raise _unreadable(values)
    try:
        return tuple(value if isinstance(value, RateChange) else RateChange(**value) for value in values)
    except TypeError as error:
        raise _unreadable(values) from error


def as_text(changes: Sequence[RateChange]) -> str:
    """Return changes as the command line writes them.

    Example:
        >>> as_text((RateChange(batch=1500, rate=0.0005), RateChange(batch=3000, rate=0.0001)))
        '1500:0.0005,3000:0.0001'
    """
    return ",".join(f"{change.batch}:{change.rate}" for change in changes)


def from_text(text: str) -> tuple[RateChange, ...]:
    """Return the changes that `as_text` wrote; `InvalidSetting` if the text says something else.

    Example:
        >>> from_text("1500:0.0005")
        (RateChange(batch=1500, rate=0.0005),)
    """
    changes = []
    for part in filter(None, text.split(",")):
        batch, _separator, rate = part.partition(":")
        try:
            changes.append(RateChange(batch=int(batch), rate=float(rate)))
        except ValueError as error:  # an InvalidSetting is one, too
            raise InvalidSetting(
                Text(
                    "The change of the learning rate {text} cannot be read. {format}",
                    text=repr(part[:40]),
                    format=_FORMAT,
                )
            ) from error
    return tuple(changes)


def _unreadable(values: object) -> InvalidSetting:
    return InvalidSetting(
        Text(
            "The changes of the learning rate are {value}. Give a list of them, each with batch and rate.",
            value=reprlib.repr(values),
        )
    )
