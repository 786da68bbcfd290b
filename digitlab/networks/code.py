"""The plain Keras code of a training, as a script and as a notebook that need no DigitLab. Text: no Keras here."""

import json
import math
import re
from dataclasses import asdict, dataclass

from digitlab.data.augmentation import Augmentation
from digitlab.networks import snippets
from digitlab.networks.config import TrainingConfig
from digitlab.networks.presets import PRESETS

_OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A step of the code.

    Attributes:
        title: What it does.
        text: What there is to know about it, in a sentence or two; may be empty.
        code: Python.
    """

    title: str
    text: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasCode:
    """The code that rebuilds, trains and evaluates what a run did.

    Attributes:
        config: The run's settings.
        title: What people call it.
        stopped_after: How many whole epochs it had learned when it was stopped by hand; None: it was not.
        test_accuracy: What DigitLab measured on MNIST's test set, 0 to 1; None: nothing.
        replanned_after: After how many epochs their number was changed, the first time; None: it never was.
    """

    config: TrainingConfig
    title: str
    stopped_after: int | None = None
    test_accuracy: float | None = None
    replanned_after: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the same training: digits that DigitLab drew cannot be drawn without it."""
        return not self.config.written_digits

    @property
    def detour(self) -> str:
        """A sentence on what the training did that one in a single go does not do; empty: nothing."""
        return detour(self.config, self.replanned_after)

    @property
    def introduction(self) -> list[str]:
        """What it is, and how far it agrees with the run, in paragraphs."""
        title, config = " ".join(self.title.split()), self.config
        measured = "" if self.test_accuracy is None else f" DigitLab measured {self.test_accuracy:.2%} on the test set."
        if self.is_whole:
            lines = [
                f"{title}: the Keras code of a training in DigitLab.",
                "The same network, data, seed and settings. Its random numbers are not DigitLab's, so that the figures "
                f"agree {'roughly' if self.detour else 'but for chance'}.{measured}",
            ]
        else:
            lines = [
                f"{title}, WITHOUT the digits that DigitLab drew: this is not the same training.",
                f"DigitLab also drew {config.written_digits:,} digits in many hands, {config.redrawn_digits:,} of "
                f"MNIST's anew with other pens, and {config.non_digits:,} drawings that are no digit. They cannot "
                "be drawn without it. The same network learns from MNIST alone here: it reads MNIST about as well, "
                f"other people's writing worse, and takes a scribble for a digit.{measured}",
            ]
        if self.detour:
            lines.append(self.detour)
        if self.stopped_after is not None:
            lines.append(
                f"It was stopped by hand after {self.stopped_after} of {config.epochs} epochs"
                + ("; so is this." if self.stopped_after else ", within its first; this learns for one.")
            )
        return lines

    def sections(self, *, is_notebook: bool = False) -> list[Section]:
        """Return the steps, from the data to the score."""
        config, steps = self.config, [self._data(is_notebook), self._network(), self._training()]
        if is_notebook:
            steps.append(Section(title="Curves", text="", code=snippets.CURVES))
        if config.averaging:
            steps.append(
                Section(
                    title="Look four times",
                    text="The trained network looks at each digit four times, half a pixel to each side, and averages.",
                    code=snippets.AVERAGING,
                )
            )
        if config.calibration:
            text = "One number, the temperature, fitted on the validation digits, makes the probabilities honest."
            last = "body" if config.averaging else "model"
            code = snippets.CALIBRATION.format(fitted=_whole(config.fitted_digits), last=last)
            steps.append(Section(title="Calibration", text=text, code=code))
        return [*steps, Section(title="Evaluation", text="", code=snippets.EVALUATION)]

    def script(self, name: str = "script.py") -> str:
        """Return all of it as a Python script, for a file of that name."""
        head = [_comment(line) for line in (*self.introduction, snippets.NEEDS.format(file=name))]
        parts = ["#\n".join(head), "import sys\n" + self._imports()]
        parts += [_comment(f"{step.title}. {step.text}".strip()) + step.code for step in self.sections()]
        return "\n".join(parts)

    def notebook(self) -> str:
        """Return all of it as a Jupyter notebook, JSON of format 4.5."""
        needs = snippets.NEEDS_OF_NOTEBOOK
        cells = [("markdown", f"# {plain(self.introduction[0])}\n\n" + "\n\n".join([*self.introduction[1:], needs]))]
        cells.append(("code", self._imports()))
        for step in self.sections(is_notebook=True):
            cells += [("markdown", f"## {step.title}\n\n{step.text}".strip()), ("code", step.code)]
        language = {"name": "python", "version": "3"}
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        return json.dumps(
            {
                "cells": [_cell(kind, text, number) for number, (kind, text) in enumerate(cells)],
                "metadata": {"kernelspec": kernel, "language_info": language},
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            indent=1,
        )

    def _imports(self) -> str:
        ops = ", ops" if "Distortion()" in _changes(self.config.augmentation) else ""
        return snippets.IMPORTS.format(ops=ops, seed=self.config.seed)

    def _data(self, is_notebook: bool) -> Section:
        code = snippets.DATA_IN_NOTEBOOK if is_notebook else snippets.DATA
        text = "Digits are 28 x 28 pixels from 0, the background, to 255, ink."
        if (n := self.config.training_digits) < 60_000:
            code += f"x_train, y_train = x_train[:{_whole(n)}], y_train[:{_whole(n)}]\n"
            text += f" The first {n:,} of 60,000 are learned from."
        return Section(title="Data", text=text, code=code)

    def _network(self) -> Section:
        config, architecture = self.config, PRESETS[self.config.preset].architecture
        changes = _changes(config.augmentation)
        needs_channel = bool(architecture.convolutions or changes or config.averaging)
        before = ["keras.Input((28, 28))", "layers.Rescaling(1 / 255)"]
        before += ["layers.Reshape((28, 28, 1))"] * needs_channel
        momentum = "" if architecture.momentum == 0.99 else f"momentum={architecture.momentum}"
        inner = []
        for filters, kernel_size, stride in architecture.convolutions:
            strides = f"strides={stride}, " if stride > 1 else ""
            inner.append(f'layers.Conv2D({filters}, {kernel_size}, {strides}padding="same", use_bias=False)')
            inner += [f"layers.BatchNormalization({momentum})", "layers.ReLU()"]
        inner.append("layers.Flatten()")
        if architecture.hidden:
            inner.append(f'layers.Dense({architecture.hidden}, activation="relu")')
        if architecture.dropout:
            inner.append(f"layers.Dropout({architecture.dropout})")
        code = _distortion(config.augmentation) if "Distortion()" in changes else ""
        if config.averaging:
            inner = ["keras.Input((28, 28, 1))", *inner, "layers.Dense(10)"]
            code += _sequential("body", inner) + _sequential("model", [*before, *changes, "body", "layers.Softmax()"])
        else:
            inner.append('layers.Dense(10, activation="softmax")')
            code += _sequential("model", [*before, *changes, *inner])
        text = (
            "The random layers change each digit a little while the network learns, and never else." if changes else ""
        )
        return Section(title="Network", text=text, code=code + "model.summary()\n")

    def _training(self) -> Section:
        config = self.config
        rate, code = f"{config.learning_rate:g}", ""
        if config.schedule != "constant":
            batches = math.ceil(config.fitted_digits / config.batch_size)
            code = f"steps = {config.epochs} * {_whole(batches)}  # epochs times batches\n"
            code += snippets.SCHEDULES[config.schedule].format(rate=rate)
            rate = "learning_rate"
        optimizer = f"keras.optimizers.{_OPTIMIZERS[config.optimizer]}({rate})"
        code += snippets.COMPILE.format(
            optimizer=optimizer, jit=snippets.NO_XLA * bool(PRESETS[config.preset].architecture.convolutions)
        )
        epochs = config.epochs if self.stopped_after is None else max(1, self.stopped_after)
        arguments = [f"batch_size={config.batch_size}", f"epochs={epochs}"]
        if config.validation_split:
            arguments.append(f"validation_split={config.validation_split:g}")
        if config.early_stopping is not None:
            patience = f"patience={config.early_stopping}, restore_best_weights=True"
            code += f"patience = keras.callbacks.EarlyStopping({patience})\n"
            arguments.append("callbacks=[patience]")
        code += f"history = model.fit(x_train, y_train, {', '.join(arguments)}, verbose=2)\n"
        split = config.validation_split
        text = (
            f"The last {split:.0%} of the digits are kept for validation: no weight learns from them." if split else ""
        )
        return Section(title="Training", text=text, code=code)


def detour(config: TrainingConfig, replanned_after: int | None) -> str:
    """Return a sentence on what became of settings when the number of epochs was changed on the way; empty: nothing."""
    if replanned_after is None or (config.schedule == "constant" and config.early_stopping is None):
        return ""
    done = "before the first of them was over" if not replanned_after else f"first after epoch {replanned_after}"
    what = []
    if config.schedule != "constant":
        what.append(f"its learning rate, which follows the schedule {config.schedule}, jumped")
    if config.early_stopping is not None:
        what.append("it may have gone on where its patience was at an end")
    return (
        f"This is not quite the same training: its number of epochs was changed on the way, {done}, and is "
        f"{config.epochs} now, so that {', and '.join(what)}. Here all of them are planned from the beginning."
    )


def _changes(augmentation: Augmentation) -> list[str]:
    """The layers that change digits at random: Keras' own for one change, else one for all at once."""
    changes = []
    if augmentation.rotation:
        changes.append(f'layers.RandomRotation({augmentation.rotation:g} / 360, fill_mode="constant")')
    if augmentation.scale:
        changes.append(f'layers.RandomZoom({augmentation.scale:g}, fill_mode="constant")')
    if shift := augmentation.shift:
        changes.append(f'layers.RandomTranslation({shift:g} / 28, {shift:g} / 28, fill_mode="constant")')
    if len(changes) > 1 or augmentation.shear or augmentation.elastic:
        changes = ["Distortion()"]
    if share := augmentation.erasing:
        sides = "scale=(3 / 28, 6 / 28), fill_value=0, value_range=(0, 1)"
        changes.append(f"layers.RandomErasing(({share:g}, {share:g}), {sides})")
    return changes


def _distortion(augmentation: Augmentation) -> str:
    amounts = {name: f"{amount:g}" for name, amount in asdict(augmentation).items()}
    words = {"shear": "slants", "rotation": "turns", "scale": "sizes", "shift": "moves", "elastic": "pulls"}
    does = [word for name, word in words.items() if getattr(augmentation, name)]
    told = " and ".join(filter(None, [", ".join(does[:-1]), does[-1]])).capitalize()
    elastic = snippets.ELASTIC.format(**amounts) if augmentation.elastic else ""
    return snippets.DISTORTION.format(**amounts | {"does": told, "elastic": elastic})


def _sequential(name: str, layers: list[str]) -> str:
    return f"{name} = keras.Sequential(\n    [\n" + "".join(f"        {layer},\n" for layer in layers) + "    ]\n)\n"


def _whole(number: int) -> str:
    return f"{number:_}"


def _comment(text: str) -> str:
    """Break a text into lines of comment."""
    lines, line = [], "#"
    for word in text.split():
        if len(line) + 1 + len(word) > 100:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return "\n".join([*lines, line]) + "\n"


def _cell(kind: str, text: str, number: int) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    source = text.rstrip("\n").splitlines(keepends=True)
    return cell | {"source": source} | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def plain(text: str) -> str:
    """Escape what Markdown would make of a text that a person wrote."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)
