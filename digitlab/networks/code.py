"""The plain Keras code of a training, as a script and as a notebook that run without DigitLab.

What a setting becomes is written here, not in its declaration: few settings are one argument. A schedule changes the
optimizer's rate, two augmentations become one layer, a stopped run has fewer epochs. Declarations that say so would
need a language of templates, and a line from a declaration alone would claim what `worker/training.py` does not do yet.
"""

import json
import math
import re
from dataclasses import asdict, dataclass

from digitlab.data.augmentation import Augmentation
from digitlab.networks import snippets
from digitlab.networks.config import OPTIMIZERS, TrainingConfig
from digitlab.networks.layers import keras_code
from digitlab.networks.layers.layer_figures import is_spatial, starts_with_maps
from digitlab.translation import Text, plural_text, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A step of the code.

    Attributes:
        title: Its heading.
        text: What to know about it, in a sentence or two; may be empty.
        code: Python.
    """

    title: str
    text: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasCode:
    """The code that builds, trains and evaluates a run's network again.

    Attributes:
        config: The run's settings.
        title: The run's title.
        stopped_after: Finished epochs when the run was stopped by hand; None: it was not.
        test_accuracy: What DigitLab measured on MNIST's test set, 0 to 1; None: nothing.
        replanned_after: Finished epochs when their number was first changed; None: it never was.

    Example:
        >>> code = KerasCode(config=TrainingConfig(epochs=3), title="Mine")
        >>> [section.title for section in code.sections()]
        ['Data', 'Network', 'Training', 'Evaluation']
        >>> "epochs=3" in code.script()
        True
    """

    config: TrainingConfig
    title: str
    stopped_after: int | None = None
    test_accuracy: float | None = None
    replanned_after: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it is the same training: synthetic digits cannot be made without DigitLab."""
        return not self.config.written_digits

    @property
    def deviation(self) -> Text | None:
        """What the run did otherwise than this code, in sentences; None: nothing."""
        return deviation(self.config, self.replanned_after)

    @property
    def introduction(self) -> list[Text]:
        """What the code is, and how far it agrees with the run, in paragraphs."""
        title, config = " ".join(self.title.split()), self.config
        if self.is_complete:
            paragraphs = [Text("{title}: the Keras code of a training in DigitLab.", title=title), self._agreement()]
        else:
            paragraphs = [
                Text("{title}, WITHOUT the synthetic digits: this is not the same training.", title=title),
                Text(
                    "DigitLab also used {written:,} synthetic digits, {redrawn:,} of MNIST's digits redrawn with "
                    "other pens, and {others:,} drawings of no digit. They cannot be made without DigitLab. Here the "
                    "same network learns from MNIST alone: it reads MNIST about as well, but other handwriting worse, "
                    "and it takes scribbles for digits.",
                    written=config.written_digits,
                    redrawn=config.redrawn_digits,
                    others=config.non_digits,
                ),
            ]
        if self.test_accuracy is not None:
            measured = Text("DigitLab measured {accuracy:.2%} on the test set.", accuracy=self.test_accuracy)
            paragraphs[1] = sentences(paragraphs[1], measured)
        if self.deviation:
            paragraphs.append(self.deviation)
        if self.stopped_after == 0:
            paragraphs.append(
                Text(
                    "The run was stopped by hand during epoch 1 of {epochs}. This code trains for one epoch.",
                    epochs=config.epochs,
                )
            )
        elif self.stopped_after is not None:
            paragraphs.append(
                Text(
                    "The run was stopped by hand after {done} of {epochs} epochs. This code trains for as many.",
                    done=self.stopped_after,
                    epochs=config.epochs,
                )
            )
        return paragraphs

    def _agreement(self) -> Text:
        if self.deviation:
            return Text(
                "The network, data, seed and settings are the same. The random numbers are not DigitLab's, so the "
                "figures agree roughly."
            )
        return Text(
            "The network, data, seed and settings are the same. The random numbers are not DigitLab's, so the figures "
            "agree except for chance."
        )

    def sections(self, *, is_notebook: bool = False) -> list[Section]:
        """Return the steps, from the data to the score."""
        config, look = self.config, [Section(title=Text("Look"), text="", code=snippets.LOOK)] * is_notebook
        steps = [self._data(is_notebook), *look, self._network(), self._training()]
        if is_notebook:
            steps.append(Section(title=Text("Curves"), text="", code=snippets.CURVES))
        if config.averaging:
            steps.append(
                Section(
                    title=Text("Average four shifted views"),
                    text=Text(
                        "The trained network reads each digit four times, moved by half a pixel to each side, and "
                        "averages."
                    ),
                    code=snippets.AVERAGING,
                )
            )
        if config.calibration:
            text = Text(
                "One number, the temperature, is fitted on the validation digits, so that about 90% of the answers "
                "given with 90% confidence are correct."
            )
            last = "body" if config.averaging else "model"
            code = snippets.CALIBRATION.format(fitted=_whole(config.fitted_digits), last=last)
            steps.append(Section(title=Text("Calibration"), text=text, code=code))
        reading = [Section(title=Text("Your own digit"), text="", code=snippets.READING)] * is_notebook
        return [*steps, Section(title=Text("Evaluation"), text="", code=snippets.EVALUATION), *reading]

    def lesson(self) -> dict[str, str]:
        """Return the lines of each step of the tutorial by its name: those of the notebook, in their order.

        Averaging and calibration, which come after the training, are left out.
        """
        return {
            "data": f"{self._imports(snippets.KERAS)}\n{snippets.LOAD}{self._subset()}",
            "look": snippets.LOOK,
            "build": self._network().code,
            "compile": self._compile(),
            "train": self._fit(),
            "curves": snippets.CURVES,
            "test": snippets.EVALUATION,
            "digit": snippets.READING,
        }

    def script(self, name: str = "script.py") -> str:
        """Return the code as a Python script, for a file of this name."""
        head = [_comment(line) for line in (*self.introduction, snippets.NEEDS.format(file=name))]
        parts = ["#\n".join(head), "import sys\n" + self._imports()]
        parts += [_comment(f"{step.title}. {step.text}".strip()) + step.code for step in self.sections()]
        return "\n".join(parts)

    def notebook(self) -> str:
        """Return the code as a Jupyter notebook, JSON of format 4.5."""
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

    def _imports(self, template: str = snippets.IMPORTS) -> str:
        ops = ", ops" if "Distortion()" in _changes(self.config.augmentation) else ""
        return template.format(ops=ops, seed=self.config.seed)

    def _data(self, is_notebook: bool) -> Section:
        code = snippets.DATA_IN_NOTEBOOK if is_notebook else snippets.DATA
        text = Text("Digits are 28 x 28 pixels, from 0 (background) to 255 (ink).")
        if (n := self.config.training_digits) < 60_000:
            code += self._subset()
            text = sentences(text, Text("Only the first {count:,} of the 60,000 training digits are used.", count=n))
        return Section(title=Text("Data"), text=text, code=code)

    def _subset(self) -> str:
        n = _whole(self.config.training_digits)
        return f"x_train, y_train = x_train[:{n}], y_train[:{n}]\n" if self.config.training_digits < 60_000 else ""

    def _network(self) -> Section:
        config, stack = self.config, self.config.stack
        changes = _changes(config.augmentation)
        needs_channel = bool(starts_with_maps(stack) or changes or config.averaging)
        before = ["keras.Input((28, 28))", "layers.Rescaling(1 / 255)"]
        before += ["layers.Reshape((28, 28, 1))"] * needs_channel
        write = keras_code.functional if keras_code.has_skip(stack) else keras_code.sequential
        code = _distortion(config.augmentation) if "Distortion()" in changes else ""
        if config.averaging:
            code += write("body", ["keras.Input((28, 28, 1))"], stack, ["layers.Dense(10)"])
            code += keras_code.sequential("model", [*before, *changes, "body", "layers.Softmax()"])
        else:
            code += write("model", [*before, *changes], stack, ['layers.Dense(10, activation="softmax")'])
        text = Text("The random layers change each digit a little during training, and only then.")
        return Section(title=Text("Network"), text=text if changes else "", code=code + "model.summary()\n")

    def _training(self) -> Section:
        split = self.config.validation_split
        text = Text(
            "The last {share:.0%} of the digits are used for validation: no weight is fitted to them.", share=split
        )
        parts = [text] if split else []
        if count := len(self.config.learning_rate_changes):
            parts.append(
                plural_text(
                    "The learning rate was changed {count} time while the run was trained; the code changes it after "
                    "as many batches.",
                    "The learning rate was changed {count} times while the run was trained; the code changes it after "
                    "as many batches.",
                    count,
                )
            )
        return Section(
            title=Text("Training"), text=sentences(*parts) if parts else "", code=self._compile() + self._fit()
        )

    def _compile(self) -> str:
        config = self.config
        rate, code = f"{config.learning_rate:g}", ""
        if config.schedule != "constant":
            code = f"steps = {config.epochs} * {_whole(self._batches)}  # epochs times batches\n"
            code += snippets.SCHEDULES[config.schedule].format(rate=rate)
            if not config.learning_rate_changes:  # else a callback sets the rate of each batch
                rate = "learning_rate"
        optimizer = f"keras.optimizers.{OPTIMIZERS[config.optimizer]}({rate})"
        jit = snippets.NO_XLA * is_spatial(config.stack)
        return code + snippets.COMPILE.format(optimizer=optimizer, jit=jit)

    @property
    def _batches(self) -> int:
        """How many batches an epoch of the code has: it has no synthetic digits."""
        return math.ceil(self.config.fitted_digits / self.config.batch_size)

    def _fit(self) -> str:
        config, code, callbacks = self.config, self._changes_of_rate(), []
        epochs = config.epochs if self.stopped_after is None else max(1, self.stopped_after)
        arguments = [f"batch_size={config.batch_size}", f"epochs={epochs}"]
        if config.validation_split:
            arguments.append(f"validation_split={config.validation_split:g}")
        if config.early_stopping is not None:
            patience = f"patience={config.early_stopping}, restore_best_weights=True"
            code += f"patience = keras.callbacks.EarlyStopping({patience})\n"
            callbacks.append("patience")
        if config.learning_rate_changes:
            callbacks.append("ChangeLearningRate()")
        if callbacks:
            arguments.append(f"callbacks=[{', '.join(callbacks)}]")
        return code + f"history = model.fit(x_train, y_train, {', '.join(arguments)}, verbose=2)\n"

    def _changes_of_rate(self) -> str:
        changes, scale = self.config.learning_rate_changes, self._batches / self.config.batches_per_epoch
        if not changes:
            return ""
        change = snippets.CHANGE_CONSTANT if self.config.schedule == "constant" else snippets.CHANGE_SCHEDULE
        listed = {round(change.batch * scale): change.rate for change in changes}
        text = ", ".join(f"{_whole(batch)}: {rate:g}" for batch, rate in listed.items())
        return snippets.CHANGES.format(changes=text, change=change)


def deviation(config: TrainingConfig, replanned_after: int | None) -> Text | None:
    """Return, in sentences, what differed because the number of epochs was changed during a run; None: nothing."""
    if replanned_after is None or (config.schedule == "constant" and config.early_stopping is None):
        return None
    differences = [
        Text(
            "This is not quite the same training: its number of epochs was first changed after epoch {epoch}, and is "
            "now {epochs}.",
            epoch=replanned_after,
            epochs=config.epochs,
        )
        if replanned_after
        else Text(
            "This is not quite the same training: its number of epochs was first changed during epoch 1, and is now "
            "{epochs}.",
            epochs=config.epochs,
        )
    ]
    if config.schedule != "constant":
        differences.append(
            Text("Its learning rate follows the schedule {schedule}, and jumped then.", schedule=config.schedule)
        )
    if config.early_stopping is not None:
        differences.append(Text("It may have continued after early stopping had ended it."))
    return sentences(*differences, Text("This code plans all epochs from the start."))


def _changes(augmentation: Augmentation) -> list[str]:
    """Return the layers that change digits at random: Keras' own for a single change, else one layer for all."""
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
    elastic = snippets.ELASTIC.format(**amounts) if augmentation.elastic else ""
    return snippets.DISTORTION.format(**amounts | {"elastic": elastic})


def _whole(number: int) -> str:
    return f"{number:_}"


def _comment(text: str) -> str:
    """Wrap a text into lines of comment."""
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
    """Escape the signs that Markdown would interpret in a text that a person wrote."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)
