"""The settings of a training, as a form."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from digitlab.data.augmentation import Augmentation, augment
from digitlab.networks.config import MAX_WRITTEN_DIGITS, OPTIMIZERS, PRESETS, SCHEDULES, TrainingConfig
from digitlab.ui import galleries, resources
from digitlab.ui.train import settings_sharing

_Kept = Callable[[str], dict[str, Any]]


def preset() -> str:
    """Let a person choose a kind of network."""
    name = st.pills(
        "Network",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].title,
        default="tutorial",
        required=True,
        wrap=True,
        key=settings_sharing.PRESET_KEY,
        persist_state="session",
    )
    st.caption(PRESETS[name].summary)
    return name


def fill_in(name: str, max_epochs: int) -> Callable[[], TrainingConfig]:
    """Let a person set up the training of a preset's network.

    Returns:
        What makes the settings of their choice; it raises `InvalidSetting` where those do not go together.
    """
    suggested, kept = PRESETS[name].config, partial(_kept, name)
    longest = min(settings_sharing.up_to(f"{name}-epochs", 50), max_epochs)
    epochs = st.slider(
        "Epochs", 1, max(longest, 2), min(suggested.epochs, longest), **kept("epochs"),
        help="Passes over the training set.",
    )  # fmt: skip
    with st.expander("More settings", icon=":material/tune:"):
        more = _more(suggested, name, kept)
    with st.expander("Augmentation", icon=":material/shuffle:"):
        augmentation = _augmentation(suggested.augmentation, kept)
        _preview(augmentation, more["seed"])
    with st.expander("Handwriting of many regions", icon=":material/edit:"):
        handwriting = _handwriting(suggested, kept)
    return partial(TrainingConfig, preset=name, epochs=epochs, augmentation=augmentation, **more, **handwriting)


def _kept(preset: str, name: str) -> dict[str, Any]:
    """Each preset remembers its own settings for as long as the person is here."""
    return {"key": f"{preset}-{name}", "persist_state": "session"}


def _more(suggested: TrainingConfig, preset: str, kept: _Kept) -> dict[str, Any]:
    left, right = st.columns(2)
    batch_size = left.number_input("Batch size", 1, 4096, suggested.batch_size, **kept("batch"))
    training_digits = right.number_input(
        "Training digits", 100, 60_000, suggested.training_digits, 1000, **kept("digits"),
        help="How many of MNIST's 60,000 are used, validation included.",
    )  # fmt: skip
    optimizer = left.selectbox("Optimizer", OPTIMIZERS, OPTIMIZERS.index(suggested.optimizer), **kept("optimizer"))
    learning_rate = right.number_input(
        "Learning rate", 1e-9, 1000.0, suggested.learning_rate, 0.0005, format="%g", **kept("rate")
    )
    schedule = left.selectbox(
        "Schedule", SCHEDULES, SCHEDULES.index(suggested.schedule), **kept("schedule"),
        help="Whether the learning rate stays, falls to 0 along a cosine wave, or rises to it first (one-cycle).",
    )  # fmt: skip
    seed = right.number_input("Seed", 0, 2**31 - 1, suggested.seed, **kept("seed"))
    validation_split = st.slider(
        "Validation split", 0.0, settings_sharing.up_to(f"{preset}-split", 0.5), suggested.validation_split, 0.05,
        **kept("split"),
        help="Share, from the end of the training set, that is only used to watch the training.",
    )  # fmt: skip
    early_stopping = st.slider(
        "Early stopping after", 0, settings_sharing.up_to(f"{preset}-patience", 20), suggested.early_stopping or 0,
        format="%d epochs", **kept("patience"),
        help="Ends when the validation loss has not improved for so long, and keeps the best weights. 0: never.",
    )  # fmt: skip
    return {
        "batch_size": int(batch_size),
        "training_digits": int(training_digits),
        "optimizer": optimizer,
        "learning_rate": float(learning_rate),
        "schedule": schedule,
        "seed": int(seed),
        "validation_split": validation_split,
        "early_stopping": early_stopping or None,
    }


def _augmentation(suggested: Augmentation, kept: _Kept) -> Augmentation:
    shift = st.slider("Shift", 0.0, 8.0, float(suggested.shift), 0.5, "%g px", **kept("shift"))
    rotation = st.slider("Rotation", 0.0, 45.0, float(suggested.rotation), 1.0, "%g°", **kept("rotation"))
    scale = st.slider("Scale", 0.0, 0.5, float(suggested.scale), 0.05, "percent", **kept("scale"))
    shear = st.slider("Shear", 0.0, 0.5, float(suggested.shear), 0.05, help="Slants to both sides.", **kept("shear"))
    elastic = st.slider(
        "Elastic", 0.0, 4.0, float(suggested.elastic), 0.1, "%g px",
        help="Pulls the digit here and there, as if it were drawn on rubber.", **kept("elastic"),
    )  # fmt: skip
    erasing = st.slider(
        "Erasing", 0.0, 1.0, float(suggested.erasing), 0.05, "percent",
        help="Share of the digits that lose a small square.", **kept("erasing"),
    )  # fmt: skip
    return Augmentation(shift=shift, rotation=rotation, scale=scale, shear=shear, elastic=elastic, erasing=erasing)


def _preview(augmentation: Augmentation, seed: int) -> None:
    st.caption("The first digits of the training set, as the network might see them:")
    seen = augment(resources.mnist().x_train[:10], augmentation, np.random.default_rng(seed))
    galleries.gallery([galleries.Sample(index, image, "") for index, image in enumerate(seen)], key="preview")


def _handwriting(suggested: TrainingConfig, kept: _Kept) -> dict[str, Any]:
    written_digits = st.slider(
        "Written digits", 0, MAX_WRITTEN_DIGITS, suggested.written_digits, 1000,
        help="So many are drawn before the training: barred sevens, ones with a foot, curled nines. With them come "
        "MNIST's own digits drawn with other pens, and letters and scribbles, to learn what is no digit.",
        **kept("written_digits"),
    )  # fmt: skip
    averaging = st.toggle(
        "Look four times", suggested.averaging,
        help="The trained network reads each digit four times, moved by half a pixel to each side, and averages.",
        **kept("averaging"),
    )  # fmt: skip
    calibration = st.toggle(
        "Calibrated probabilities", suggested.calibration,
        help="One number, the temperature, is fitted on the validation digits, so that of the answers given with "
        "90 % about 90 % are right.",
        **kept("calibration"),
    )  # fmt: skip
    return {"written_digits": written_digits, "averaging": averaging, "calibration": calibration}
