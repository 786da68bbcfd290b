"""The networks on disk: `NAME.keras`, `NAME.tflite` for reading, and `NAME.json`, the card that says what they are."""

import dataclasses
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digitlab.errors import InvalidSetting, ModelDamaged, ModelNotFound, ModelProtected
from digitlab.networks.certainty import Certainty
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.recognition import CARD, SUFFIX

KERAS = ".keras"
LONGEST_TITLE = 60
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")

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
class ModelCard:
    """What is known of a saved network.

    Attributes:
        name: The files' name without an ending; never changes.
        title: As people call it; can be changed.
        is_ready_made: Whether it ships with DigitLab.
        config: The settings that it was trained with.
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
        certainty: When its answers may be believed.
        owner: Id of the person whose it is; empty for the command line's.
        owner_name: Their name; may be empty.
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
    certainty: Certainty = field(default_factory=Certainty)

    def to_json(self) -> str:
        """The card as a JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

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
        values["config"] = TrainingConfig.from_dict(values["config"])
        values["certainty"] = Certainty.from_dict(values.get("certainty") or {})
        values["epochs"] = tuple(EpochMetrics(**epoch) for epoch in values["epochs"])
        return cls(**values)


class ModelFiles:
    """The networks in one folder. A network is there if and only if its card is: the card comes last and goes first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def cards(self) -> list[ModelCard]:
        """Return the cards that can be read: the ready-made ones first, then the newest."""
        cards = []
        for path in self._folder.glob(f"*{CARD}"):
            try:
                cards.append(self.card(path.stem))
            except (ModelNotFound, ModelDamaged):
                continue  # a stray or a half-deleted file is not a network
        return sorted(cards, key=lambda card: (not card.is_ready_made, -card.created))

    def card(self, name: str) -> ModelCard:
        """Return one card. `ModelNotFound` without such a network, `ModelDamaged` if its card cannot be read."""
        path = self._path(name, CARD)
        try:
            card = ModelCard.from_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelNotFound(f"There is no network {name!r}. It may have been deleted; see Models.") from error
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelDamaged(f"The card {path.name} cannot be read. Delete it, or restore it from a copy.") from error
        if card.name != name:
            raise ModelDamaged(f"The card {path.name} belongs to {card.name!r}. Give both files the same name.")
        return card

    def keras_file(self, name: str) -> Path:
        """Return the path of the Keras file; it need not exist."""
        return self._path(name, KERAS)

    def size(self, name: str) -> int:
        """Return the size of the Keras file in bytes; 0 without one."""
        path = self.keras_file(name)
        return path.stat().st_size if path.is_file() else 0

    def check_free(self, name: str, *, is_ready_made: bool) -> None:
        """Raise `InvalidSetting` if a new network must not take this name; only a ready-made one replaces another."""
        if not _NAME.fullmatch(name):
            raise InvalidSetting(f"The name {name[:80]!r} does not fit: use small letters, digits and hyphens.")
        if self._path(name, CARD).exists() and not is_ready_made:
            raise InvalidSetting(f"There is a network {name!r} already. Delete it first, or choose another name.")

    def save(self, card: ModelCard, export: Callable[[Path], None]) -> None:
        """Store a network so that nobody ever sees half of it.

        Args:
            card: What it is.
            export: Writes the `.keras` at the path that it is given, and the `.tflite` beside it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".saving-") as folder:
            made = Path(folder) / f"{card.name}{KERAS}"
            export(made)
            for suffix in (SUFFIX, KERAS):
                made.with_suffix(suffix).replace(self._path(card.name, suffix))
            self._write_card(card)

    def rename(self, name: str, title: str) -> ModelCard:
        """Give a network another title. `ModelProtected` for a ready-made one, `InvalidSetting` for an unfit title."""
        card = self._own(name)
        card = dataclasses.replace(card, title=check_title(title))
        self._write_card(card)
        return card

    def delete(self, name: str) -> None:
        """Remove a network for good. `ModelProtected` for a ready-made one."""
        self._own(name)
        for suffix in (CARD, KERAS, SUFFIX):
            self._path(name, suffix).unlink(missing_ok=True)

    def _own(self, name: str) -> ModelCard:
        card = self.card(name)
        if card.is_ready_made:
            raise ModelProtected(f"{card.title} ships with DigitLab: it is neither renamed nor deleted.")
        return card

    def _write_card(self, card: ModelCard) -> None:
        path = self._path(card.name, CARD)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._folder, prefix=".card-", delete=False
        ) as file:
            file.write(card.to_json())
        written = Path(file.name)
        written.chmod(0o644)  # a temporary file is made for its owner alone
        written.replace(path)

    def _path(self, name: str, suffix: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ModelNotFound(f"There is no network {name[:80]!r}. Names have small letters, digits and hyphens.")
        return self._folder / f"{name}{suffix}"


def check_title(title: str) -> str:
    """Return the title without space around it; `InvalidSetting` if it is empty, too long or has control characters."""
    title = title.strip()
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise InvalidSetting(
            f"The name {title[:LONGEST_TITLE]!r} does not fit. Write 1 to {LONGEST_TITLE} letters, digits or signs."
        )
    return title
