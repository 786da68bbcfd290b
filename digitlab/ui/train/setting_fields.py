"""The widget of a setting: a slider, a box, a list or a switch, as the setting declares it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from digitlab.fields import SettingSpec, settings_of, values_of
from digitlab.networks.config import TrainingConfig
from digitlab.translation import translated
from digitlab.ui import glossary

PRESET_KEY = "preset"  # of the widget that chooses the preset, in the session
RATE_CHANGES_KEY = "shared_rate_changes"  # of the changes of the learning rate that shared settings bring, likewise
_TERMS = {  # that a setting's help explains, by its name
    "epochs": ("epoch",),
    "batch_size": ("batch",),
    "optimizer": ("optimizer",),
    "learning_rate": ("learning_rate",),
    "schedule": ("schedule",),
    "validation_split": ("validation",),
    "training_digits": ("training_set",),
    "seed": ("seed",),
    "written_digits": ("synthetic_digits",),
    "averaging": ("averaging",),
    "calibration": ("calibration", "temperature"),
    "early_stopping": ("early_stopping",),
    "activation": ("relu",),
    "initializer": ("weight_initialiser",),
    "l2": ("l2_penalty",),
    "filters": ("filter",),
}


def key(preset: str, setting: SettingSpec) -> str:
    """Return the key of a setting's widget; each preset, and `OWN`, keeps its own settings for the whole session."""
    return f"{preset}-{setting.name}"


def to_widget(setting: SettingSpec, value: Any) -> Any:
    """Return a setting's value as its widget holds it: 0 for None."""
    return setting.kind(0 if value is None else value)


def fill(config: TrainingConfig, network: str) -> None:
    """Fill in the fields of a preset, or of `OWN`, with settings; call it before the widgets are made."""
    restore(network, _as_widgets(config))


def values(network: str, suggested: TrainingConfig) -> dict[str, Any]:
    """Return what the fields of a preset, or of `OWN`, hold, by the settings' names; else what is suggested there."""
    settings = settings_of(TrainingConfig)
    return {
        name: st.session_state.get(key(network, settings[name]), value)
        for name, value in _as_widgets(suggested).items()
    }


def restore(network: str, values: Mapping[str, Any]) -> None:
    """Fill in the fields of a preset, or of `OWN`, with what they held; call it before the widgets are made."""
    settings = settings_of(TrainingConfig)
    for name, value in values.items():
        st.session_state[key(network, settings[name])] = value


def _as_widgets(config: TrainingConfig) -> dict[str, Any]:
    settings = settings_of(TrainingConfig)
    return {name: to_widget(settings[name], value) for name, value in values_of(config).items() if name != "preset"}


def field(
    setting: SettingSpec, preset: str, suggested: Any, ceiling: float | None = None, *, is_kept: bool = True
) -> Any:
    """Show a setting's widget, and return its value.

    Args:
        setting: What is set.
        preset: The preset whose training it belongs to.
        suggested: Its value until a person, a link or a file changes it.
        ceiling: What the lab allows at most; None: as much as the setting does.
        is_kept: Whether Streamlit keeps its value while it is not shown; if not, the caller does, and suggests it.
    """
    hint = glossary.help(*_TERMS.get(setting.name, ()), before=translated(setting.help))
    about: dict[str, Any] = {
        "help": hint or None,
        "key": key(preset, setting),
        "persist_state": "session" if is_kept else None,
    }
    label, start = translated(setting.label), to_widget(setting, suggested)
    if setting.choices:
        return st.selectbox(
            label,
            setting.choices,
            setting.choices.index(start),
            format_func=lambda value: translated(setting.choice_labels.get(value, value)),
            **about,
        )
    if setting.kind is bool:
        return st.toggle(label, start, **about)
    value = _number(setting, start, about, ceiling)
    return None if setting.is_optional and not value else setting.kind(value)


def _number(setting: SettingSpec, start: Any, about: dict[str, Any], ceiling: float | None) -> Any:
    number = setting.kind
    low = number(0 if setting.is_optional else setting.low)
    about |= {
        "step": None if setting.step is None else number(setting.step),
        "format": translated(setting.form_format or "") or None,
    }
    if setting.is_typed:
        return st.number_input(translated(setting.label), low, number(setting.high), start, **about)
    high = number(_slider_end(setting, about["key"], ceiling))
    # A lab that allows one epoch has a slider all the same, and a slider needs two ends.
    end = high if high > low else low + 1
    if st.session_state.get(about["key"], end) > end:  # of a preset that suggests more than this lab allows
        st.session_state[about["key"]] = end
    return st.slider(translated(setting.label), low, end, min(start, high), **about)


def _slider_end(setting: SettingSpec, key: str, ceiling: float | None) -> float:
    """Return how far a slider goes: as declared, or up to a value from a link or a file, but not above a ceiling."""
    declared = setting.high if setting.form_high is None else setting.form_high
    end: float = max(declared, st.session_state.get(key, declared))
    return end if ceiling is None else min(end, ceiling)
