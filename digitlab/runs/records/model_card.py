"""The model card: what is known about a saved network."""

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
from digitlab.networks.statistics import wilson_interval
from digitlab.preprocessing.version import READ_AS_WELL, VERSION
from digitlab.runs.records.card_checks import check_card, check_origin
from digitlab.translation import Text

MAX_TITLE_LENGTH = 60
_TESTED = 10_000  # digits of MNIST's test set
_ADAPTATIONS = re.compile(r", (?=(?:padded|resized|grey|channels|outputs?)\b)")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an imported network came from.

    Attributes:
        file: Name of the imported file.
        source: Where it is from, in the words of the person who imported it; may be empty.
        sha256: Hash of the file.
        layers: Its number of layers.
        scale: The scale of the pixels that it expects, in words; found by trying.
        is_softmax_added: Whether a softmax was added because it returned no probabilities.
        adaptation: What was put in front of it and behind it, in words; empty if nothing was.
        alternatives: Other scales that fit about as well, in words.

    Example:
        >>> values = {"file": "theirs.keras", "source": "a friend", "sha256": "0" * 64, "layers": 3}
        >>> Origin.from_dict(values | {"scale": "0 to 1", "is_softmax_added": False}).layers
        3
    """

    file: str
    source: str
    sha256: str
    layers: int
    scale: str
    is_softmax_added: bool
    adaptation: str = ""
    alternatives: tuple[str, ...] = ()

    @property
    def adaptations(self) -> list[str]:
        """The parts of `adaptation`, each of which `translated` knows."""
        return _ADAPTATIONS.split(self.adaptation) if self.adaptation else []

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Origin":
        """Create one from the values of `as_dict`; TypeError, ValueError or KeyError if a value is wrong."""
        check_origin(values)
        return cls(**{**values, "alternatives": tuple(values.get("alternatives", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What is known about a saved network.

    Attributes:
        name: Name of its files without a suffix; never changes.
        title: Title shown to people; can be changed.
        is_ready_made: Whether it ships with DigitLab.
        config: The settings of its training. Those of an imported network are unknown; its config then says that it may
            have been trained on the whole training set.
        command: The command line that reproduces it.
        epochs: Figures of each epoch.
        was_stopped: Whether the training was stopped before its last epoch.
        parameters: Number of weights, non-trainable ones included.
        test_loss: Mean cross-entropy per digit on MNIST's test set, in nats.
        test_accuracy: Share of MNIST's test set read correctly, 0 to 1.
        seconds: Duration of the training.
        data: The data set and the SHA-256 of its content.
        versions: Versions of the libraries that made it.
        created: Seconds since 1970 (UTC).
        calibration: From which confidence its answers count.
        owner: Id of its owner; empty for the command line.
        owner_name: Their name; may be empty.
        origin: Where it was imported from; None if DigitLab trained it.
        replanned_after: After how many epochs their total was first changed; None if it never was.
        preprocessing: Version of the preprocessing of drawings when it was trained; older cards have none, which is 1.
        is_pending: Whether its owner has not decided yet to keep it: fine-tuning made it significantly worse on MNIST.

    Example:
        >>> from digitlab.settings import ROOT
        >>> card = ModelCard.from_json((ROOT / "models" / "tutorial.json").read_text())
        >>> card.title, card.config.epochs, card.test_accuracy > 0.97
        ('Tutorial', 10, True)
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
    preprocessing: int = 1
    is_pending: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the accuracy on digits like those of MNIST's test set, 0 to 1."""
        return wilson_interval(round(self.test_accuracy * _TESTED), _TESTED)

    @property
    def is_imported(self) -> bool:
        """Whether all of its training was elsewhere, and so without our preprocessing of drawings."""
        return self.origin is not None and self.config.tuning is None

    @property
    def preprocessing_warning(self) -> str:
        """A warning that it may read drawings less accurately than those it was trained for; empty if it does not."""
        if self.is_imported or self.preprocessing == VERSION or self.preprocessing in READ_AS_WELL:
            return ""
        return Text(
            "This network was trained with version {old} of the preprocessing of drawings, and now version {new} "
            "prepares them. It may read drawings less accurately than before. Train it again to adapt it.",
            old=self.preprocessing,
            new=VERSION,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the values by their names in the JSON file."""
        values = dataclasses.asdict(self)
        # Cards keep the name of version 0.1.0.
        stored = {"certainty" if name == "calibration" else name: value for name, value in values.items()}
        return stored | {"config": self.config.as_dict(), "certainty": self.calibration.as_dict()}

    def to_json(self) -> str:
        """Return the card as a JSON object."""
        return json.dumps(self.as_dict(), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card; raises ValueError, TypeError, KeyError or AttributeError if the text is not a card."""
        try:
            values = json.loads(text)
        except RecursionError as error:
            raise ValueError("too many brackets") from error
        check_card(values)
        check_title(values["title"])
        values["config"] = TrainingConfig.from_dict(values["config"])
        values["calibration"] = Calibration.from_dict(values.pop("certainty", None) or {})
        values["origin"] = Origin.from_dict(values["origin"]) if values.get("origin") else None
        values["epochs"] = tuple(EpochMetrics(**epoch) for epoch in values["epochs"])
        return cls(**values)


def check_title(title: str) -> str:
    """Return a title without surrounding spaces; `InvalidSetting` if it is empty, too long or not printable."""
    title = title.strip()
    if not _is_allowed(title):
        raise InvalidSetting(
            Text(
                "The title {title!r} is not allowed. Use 1 to {allowed} printable characters.",
                title=title[:MAX_TITLE_LENGTH],
                allowed=MAX_TITLE_LENGTH,
            )
        )
    return title


def check_source(source: str) -> str:
    """Return where a network is from, without surrounding spaces; `InvalidSetting` as for a title."""
    source = source.strip()
    if not _is_allowed(source):
        raise InvalidSetting(
            Text(
                "The source {source!r} is not allowed. Use 1 to {allowed} printable characters.",
                source=source[:MAX_TITLE_LENGTH],
                allowed=MAX_TITLE_LENGTH,
            )
        )
    return source


def _is_allowed(text: str) -> bool:
    return 1 <= len(text) <= MAX_TITLE_LENGTH and text.isprintable()
