"""The card of a network: what it is, how it was made, and how good it is."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.networks.calibration import Calibration
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.statistics import wilson

MAX_TITLE_LENGTH = 60
_TESTED = 10_000  # digits of MNIST's test set
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")

# What a page may rely on when it shows a card that somebody may have edited.
_KINDS = {
    **dict.fromkeys(("name", "title", "command", "data"), str),
    **dict.fromkeys(("test_loss", "test_accuracy", "seconds", "created"), int | float),
    **dict.fromkeys(("config", "versions"), dict),
    **dict.fromkeys(("is_ready_made", "was_stopped"), bool),
    "epochs": list,
    "parameters": int,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a network came from that was not made here.

    Attributes:
        file: Name of the file that it came in.
        source: What whoever brought it says about where it is from; may be empty.
        sha256: Of that file.
        layers: How many layers it had.
        scale: What it takes for a pixel, as was found out by trying.
        is_softmax_added: Whether it gave no probabilities by itself.
    """

    file: str
    source: str
    sha256: str
    layers: int
    scale: str
    is_softmax_added: bool

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "Origin":
        """Take plain values, as JSON keeps them; TypeError where they are not."""
        origin = cls(**values)  # type: ignore[arg-type]
        kinds = {"layers": int, "is_softmax_added": bool}
        if not all(isinstance(getattr(origin, name), kinds.get(name, str)) for name in cls.__slots__):
            raise TypeError(f"origin is {values!r}")
        return origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What is known of a saved network.

    Attributes:
        name: The files' name without an ending; never changes.
        title: As people call it; can be changed.
        is_ready_made: Whether it ships with DigitLab.
        config: The settings that it was trained with. Of a network from elsewhere nobody knows them: these say that it
            may have seen the whole training set.
        command: The command line that trains the same again.
        epochs: Figures of each epoch.
        was_stopped: Whether it was stopped before its last epoch.
        parameters: How many numbers the network learned, and keeps.
        test_loss: Mean cross-entropy per digit on MNIST's test set, in nats.
        test_accuracy: Share of MNIST's test set read correctly, 0 to 1.
        seconds: Duration of the training.
        data: The data set and the SHA-256 of its content.
        versions: Of the libraries that made it.
        created: Seconds since 1970 (UTC).
        calibration: When its answers may be believed.
        owner: Id of the person whose it is; empty for the command line's.
        owner_name: Their name; may be empty.
        origin: Where it came from; None if it was trained in a lab like this one.
        replanned_after: After how many epochs their number was changed, the first time; None: it never was.
    """

    name: str
    title: str
    is_ready_made: bool = False
    owner: str = ""
    owner_name: str = ""
    config: TrainingConfig
    command: str
    epochs: tuple[EpochMetrics, ...]
    was_stopped: bool
    parameters: int
    test_loss: float
    test_accuracy: float
    seconds: float
    data: str
    versions: Mapping[str, str]
    created: float
    calibration: Calibration = field(default_factory=Calibration)
    origin: Origin | None = None
    replanned_after: int | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the accuracy on all digits like MNIST's test set lies, with 95 % confidence."""
        return wilson(round(self.test_accuracy * _TESTED), _TESTED)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values under the names by which files keep them."""
        values = dataclasses.asdict(self)
        # Cards keep the name of version 0.1.0.
        stored = {"certainty" if name == "calibration" else name: value for name, value in values.items()}
        return stored | {"certainty": self.calibration.as_dict()}

    def to_json(self) -> str:
        """Return the card as a JSON object."""
        return json.dumps(self.as_dict(), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """The other way round; raises ValueError, TypeError, KeyError or AttributeError where it is not a card."""
        values = json.loads(text)
        for name, kind in _KINDS.items():
            if not isinstance(values[name], kind):
                raise TypeError(f"{name} is {values[name]!r}")
        for name in ("owner", "owner_name"):
            if not isinstance(values.get(name, ""), str):
                raise TypeError(f"{name} is {values[name]!r}")
        if not isinstance(values.get("replanned_after"), int | None):
            raise TypeError(f"replanned_after is {values['replanned_after']!r}")
        values["config"] = TrainingConfig.from_dict(values["config"])
        values["calibration"] = Calibration.from_dict(values.pop("certainty", None) or {})
        values["origin"] = Origin.from_dict(values["origin"]) if values.get("origin") else None
        values["epochs"] = tuple(EpochMetrics(**epoch) for epoch in values["epochs"])
        return cls(**values)


def check_title(title: str) -> str:
    """Return the title without space around it; `InvalidSetting` if it is empty, too long or has control characters."""
    title = title.strip()
    if not title or len(title) > MAX_TITLE_LENGTH or not title.isprintable():
        raise InvalidSetting(
            f"The name {title[:MAX_TITLE_LENGTH]!r} does not fit. Write 1 to {MAX_TITLE_LENGTH} letters, digits or signs."
        )
    return title
