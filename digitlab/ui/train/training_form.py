"""The settings of a training, as a form: all that `TrainingConfig` declares, in groups."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import zip_longest
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab.data.augmentation import Augmentation, augment
from digitlab.errors import InvalidSetting
from digitlab.fields import SettingSpec, settings_of, values_of
from digitlab.networks.config import LAYERS, OWN, OWN_TITLE, RATE_CHANGES, TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.networks.rate_changes import RateChange
from digitlab.translation import Text, _, plural, translated
from digitlab.ui import galleries, glossary, resources, shared_state
from digitlab.ui.train import epoch_time, layer_stack, rate_search, setting_fields

EXPANDERS = {
    "more": (Text("More settings"), ":material/tune:"),
    "augmentation": (Text("Augmentation"), ":material/shuffle:"),
    "handwriting": (Text("Regional handwriting styles"), ":material/edit:"),
}

_RATE = "learning_rate"
_OWN_TITLE = Text("Your own")
_OWN_SUMMARY = Text("Layers of your choice; each change shows what they cost.")


def preset() -> str:
    """Let a person choose a preset, or a network of their own, and return its name or `OWN`."""
    name: str = st.pills(
        _("Network"),
        [*PRESETS, OWN],
        format_func=lambda name: translated(_OWN_TITLE if name == OWN else PRESETS[name].title),
        default=settings_of(TrainingConfig)["preset"].default,
        required=True,
        wrap=True,
        key=setting_fields.PRESET_KEY,
        persist_state="session",
    )
    glossary.explained(translated(_OWN_SUMMARY if name == OWN else PRESETS[name].summary), "caption")
    return name


def title(name: str) -> Text:
    """Return what the record calls a network of a preset or of one's own."""
    return OWN_TITLE if name == OWN else PRESETS[name].title


def fill_in(name: str, max_epochs: int) -> Callable[[], TrainingConfig]:
    """Let a person set up the training of a preset's network, or of one of their own.

    Returns:
        A function that returns the settings of their choice; it raises `InvalidSetting` if those contradict each other.
    """
    suggested, layers, time = layer_stack.edit() if name == OWN else (name, None, epoch_time.place())
    config = TrainingConfig.from_preset(suggested)
    places: dict[str, DeltaGenerator] = {}
    values = _fields("main", name, config, {"epochs": max_epochs}, places)
    for group, (title, icon) in EXPANDERS.items():
        with st.expander(translated(title), icon=icon):
            if group == "augmentation":
                st.caption(glossary.explanation("augmentation"))
            chosen = _fields(group, name, config, {}, places)
            if group == "augmentation":
                _preview(Augmentation(**chosen), values["seed"])
            values |= chosen
    whole = partial(config.with_values, values | {LAYERS: layers, RATE_CHANGES: _changes_of_rate()})
    with places[_RATE]:
        rate_search.offer(whole, setting_fields.key(name, settings_of(TrainingConfig)[_RATE]))
    with time:
        epoch_time.show(whole)
    if name == OWN:
        _hand_over(whole)
    return whole


def _hand_over(settings: Callable[[], TrainingConfig]) -> None:
    """Let the page Try many start from a network of one's own."""
    shared = shared_state.get()
    shared.designed = None
    with suppress(InvalidSetting):
        shared.designed = settings()


def _fields(
    group: str, network: str, config: TrainingConfig, ceilings: dict[str, float], places: dict[str, DeltaGenerator]
) -> dict[str, Any]:
    """Show the settings of a group, those in boxes and lists in two columns above the others; return their values.

    A place below the learning rate is added to `places`.
    """
    settings = sorted(
        (setting for setting in settings_of(TrainingConfig).values() if setting.group == group),
        key=lambda setting: setting.position,
    )
    suggested = values_of(config)

    def field(setting: SettingSpec) -> Any:
        name = setting.name
        return setting_fields.field(setting, network, suggested[name], ceilings.get(name))

    boxes = [setting for setting in settings if setting.is_typed or setting.choices]
    values = {}
    for pair in zip_longest(boxes[::2], boxes[1::2]):
        for setting, column in zip(pair, st.columns(2), strict=True):
            if setting is not None:
                with column:
                    values[setting.name] = field(setting)
        if _RATE in [setting.name for setting in pair if setting is not None]:
            places[_RATE] = st.container()
    return values | {setting.name: field(setting) for setting in settings if setting not in boxes}


def _changes_of_rate() -> tuple[RateChange, ...]:
    """Ask whether to repeat the changes of the learning rate of shared settings; return them, or none."""
    changes: tuple[RateChange, ...] = st.session_state.get(setting_fields.RATE_CHANGES_KEY, ())
    if not changes:
        return ()
    last = changes[-1]
    is_wanted = st.checkbox(
        plural(
            "Change the learning rate as that run did: {count} time, to {rate:g} after {batch:,} batches",
            "Change the learning rate as that run did: {count} times, at last to {rate:g} after {batch:,} batches",
            len(changes),
            rate=last.rate,
            batch=last.batch,
        ),
        value=True,
        key="repeat-rate-changes",
    )
    return changes if is_wanted else ()


def _preview(augmentation: Augmentation, seed: int) -> None:
    st.caption(_("The first digits of the training set, as the network might see them:"))
    changed = augment(resources.mnist().x_train[:10], augmentation, np.random.default_rng(seed))
    galleries.gallery([galleries.Sample(index, image, "") for index, image in enumerate(changed)], key="preview")
