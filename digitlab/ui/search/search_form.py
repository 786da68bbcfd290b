"""What a search varies and how long it is, as a form."""

from typing import Any

import streamlit as st

from digitlab.fields import SettingSpec, settings_of
from digitlab.networks.config import OWN, TrainingConfig
from digitlab.networks.layers.stacks import in_a_line
from digitlab.networks.search_parameters import Parameter, Scale, Varied
from digitlab.networks.search_space import SearchLimits, SearchSpace, parameters_of
from digitlab.runs.records.people import Person
from digitlab.translation import _, translated
from digitlab.ui import glossary
from digitlab.ui.search import starting_points

_START = "search-preset"  # the field with the network to start from

_TERMS = {  # that the help of a setting explains, by its name
    "learning_rate": ("learning_rate",),
    "batch_size": ("batch",),
    "optimizer": ("optimizer",),
    "dropout": ("dropout",),
    "augmentation": ("augmentation",),
    "epochs": ("epoch",),
}


def fill_in(max_epochs: int, person: Person) -> dict[str, Any]:
    """Let a person choose; return what `space` takes."""
    base = _base(person)
    st.markdown("**" + _("What may vary") + "**")
    varied = {parameter.name: _range(parameter) for parameter in parameters_of(base) if _may_vary(parameter)}
    st.markdown("**" + _("How long") + "**")
    settings = settings_of(SearchLimits)
    left, right = st.columns(2)
    with left:
        trials = _number(settings["max_trials"])
        epochs = _number(settings["epochs"], max_epochs)
    with right:
        minutes = _number(settings["max_minutes"])
        digits = _number(settings["training_digits"])
    limits = {"max_trials": trials, "max_minutes": minutes or None, "epochs": epochs, "training_digits": digits}
    return {"base": base, "varied": varied, "limits": limits}


def _base(person: Person) -> TrainingConfig:
    """Let a person choose where the search starts; return the settings there."""
    points = starting_points.find(person)
    if st.session_state.get(_START) not in points:  # at first, or of a network that is gone
        st.session_state[_START] = OWN if OWN in points else next(iter(points))
    name = st.selectbox(
        _("Start from"),
        list(points),
        format_func=lambda name: points[name].label,
        help=_("Settings that do not vary are those of this network, and so are the epochs of the training in full."),
        key=_START,
        persist_state="session",
    )
    base = points[name].config
    if base.layers is not None:
        st.caption(in_a_line(base.stack))
    return base


def space(choice: dict[str, Any]) -> SearchSpace:
    """Return what was chosen. `InvalidSetting` if nothing varies, or it cannot be trained."""
    varied = tuple(Varied(name=name, values=values) for name, values in choice["varied"].items())
    return SearchSpace(base=choice["base"], varied=varied, **choice["limits"])


def _may_vary(parameter: Parameter) -> bool:
    setting = parameter.setting
    return st.checkbox(
        translated(setting.label),
        parameter.is_usual,
        help=glossary.help(*_TERMS.get(parameter.name, ()), before=translated(setting.help)) or None,
        key=f"search-{parameter.name}",
        persist_state="session",
    )


def _range(parameter: Parameter) -> tuple[Any, ...]:
    """Show the fields of a range, or of choices; return what was chosen."""
    label, key = translated(parameter.setting.label), f"search-{parameter.name}"
    if parameter.scale is Scale.CHOICE:
        labels = parameter.setting.choice_labels
        chosen = st.multiselect(
            label,
            parameter.usual,
            parameter.usual,
            format_func=lambda value: translated(labels.get(value, value)),
            label_visibility="collapsed",
            key=f"{key}-choices",
            persist_state="session",
        )
        return tuple(chosen)
    setting, kind = parameter.setting, parameter.setting.kind
    ends = _("{setting}, lowest", setting=label), _("{setting}, highest", setting=label)
    values = []
    for column, end, title, usual in zip(st.columns(2), ("low", "high"), ends, parameter.usual, strict=True):
        with column:
            value = st.number_input(
                title,
                kind(setting.low),
                kind(setting.high),
                kind(usual),
                step=kind(1 if kind is int else _step(parameter, usual)),
                format="%d" if kind is int else "%g",
                key=f"{key}-{end}",
                persist_state="session",
            )
        values.append(kind(value))
    return tuple(values)


def _step(parameter: Parameter, usual: float) -> float:
    """Return by how much a field changes a number."""
    return usual if parameter.scale is Scale.LOG else parameter.setting.step or 0.1


def _number(setting: SettingSpec, ceiling: int | None = None) -> Any:
    high = setting.high if ceiling is None else min(setting.high, ceiling)
    kind = setting.kind
    return st.number_input(
        translated(setting.label),
        kind(0 if setting.is_optional else setting.low),
        kind(high),
        kind(setting.default or 0),
        step=kind(setting.step or 1),
        format="%g" if kind is float else "%d",
        help=glossary.help(*_TERMS.get(setting.name, ()), before=translated(setting.help)),
        key=f"search-{setting.name}",
        persist_state="session",
    )
