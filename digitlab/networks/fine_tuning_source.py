"""Where a fine-tuned network comes from: `FineTuning`."""

import reprlib
from dataclasses import dataclass

from digitlab.errors import InvalidSetting
from digitlab.translation import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuning:
    """Where a fine-tuned network comes from, and the drawings it learns from, by their numbers in the record.

    Attributes:
        base: Name of the network that is fine-tuned.
        learned: Drawings that it learns from, at least 1.
        held_back: Drawings that it never sees, to check afterwards whether it helped.
        prints: Fingerprints that identify the learned drawings under other numbers; empty in early fine-tunings.
    """

    base: str
    learned: tuple[int, ...]
    held_back: tuple[int, ...] = ()
    prints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        kinds = {"base": str, "learned": int, "held_back": int, "prints": str}
        values = {"base": (self.base,), "learned": self.learned, "held_back": self.held_back, "prints": self.prints}
        for name, kind in kinds.items():
            if not all(isinstance(value, kind) and not isinstance(value, bool) for value in values[name]):
                raise InvalidSetting(
                    Text(
                        "The {name} of a fine-tuning is {value}. Start a new one.",
                        name=name,
                        value=reprlib.repr(values[name]),
                    )
                )
        if not self.base or not self.learned:
            raise InvalidSetting(
                Text("Fine-tuning needs a network and drawings to learn from. Draw some digits first.")
            )
        if shared := set(self.learned) & set(self.held_back):
            raise InvalidSetting(
                Text("Drawing {number} cannot be both trained on and set aside. Choose one.", number=min(shared))
            )
