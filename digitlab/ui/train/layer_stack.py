"""A network of one's own on the page Train: its layers, their settings, figures and picture.

The layers stand in a list, of which one is chosen: buttons and fields below it change that one.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab.fields import SettingSpec, settings_of, values_of
from digitlab.networks.config import OWN, TrainingConfig
from digitlab.networks.layers.base import Layer, Shape
from digitlab.networks.layers.kinds import KINDS
from digitlab.networks.layers.layer_figures import DIGITS, LayerFigures, Stack, StackFigures, describe
from digitlab.networks.layers.stacks import in_a_line
from digitlab.networks.presets import PRESETS
from digitlab.translation import _, translated
from digitlab.ui import glossary, messages, style
from digitlab.ui.train import epoch_time, network_picture, setting_fields
from digitlab.ui.train.layer_draft import LayerDraft

_DRAFT = "own_network"  # in the session
_KIND, _START = "own-kind", "own-start"  # widgets
_LAST = f"Dense {DIGITS} (softmax)"
_TERMS = {  # that explain a type of layer
    "Dense": ("dense_layer",),
    "Conv2D": ("convolution", "receptive_field"),
    "DepthwiseConv2D": ("depthwise_convolution", "receptive_field"),
    "SeparableConv2D": ("separable_convolution", "receptive_field"),
    "Flatten": ("flatten",),
    "BatchNormalization": ("batch_normalization",),
    "LayerNormalization": ("layer_normalization",),
    "Dropout": ("dropout",),
    "Activation": ("relu",),
    "Skip": ("skip_connection",),
}


def edit() -> tuple[str, Stack, DeltaGenerator]:
    """Let a person build a network.

    Returns:
        The preset whose settings suit it; the layers, whether they fit or not, without the last one, of the ten digits;
        the place for how long an epoch takes, below the other figures.
    """
    figures, layers = st.container(key="own-figures"), st.container(key="own-layers")
    _show_tools()
    draft = _draft()
    if draft.stack:
        draft = draft.with_layer(_fields(draft.stack[draft.chosen], draft.numbers[draft.chosen]))
        st.session_state[_DRAFT] = draft
    found = describe(draft.stack)
    with figures:
        time = _show_figures(draft.stack, found)
    with layers:
        _show_layers(draft, found)
    return draft.preset, draft.stack, time


def start(config: TrainingConfig) -> None:
    """Replace the layers, and the settings of the form, by others, which can be undone; call it before `edit`."""
    draft = _draft()
    before = setting_fields.values(OWN, TrainingConfig.from_preset(draft.preset))
    setting_fields.fill(config, OWN)
    st.session_state[_DRAFT] = draft.started(config.stack, config.preset, before)


def _draft() -> LayerDraft:
    draft: LayerDraft = st.session_state.setdefault(_DRAFT, LayerDraft())
    return draft


def _change(how: Callable[[LayerDraft], LayerDraft]) -> None:
    st.session_state[_DRAFT] = how(_draft())


def _show_figures(stack: Stack, found: StackFigures) -> DeltaGenerator:
    """Show what a network costs, or why there can be none; return the place for how long an epoch takes."""
    with st.container(key="own-picture"):
        picture = network_picture.svg(stack, found.layers, is_dark=style.is_dark())
        st.image(picture, alt=network_picture.alternative(found.layers))
    with st.container(key="own-totals"):  # as high with a problem as without
        if found.problem is not None:
            sentence = translated(found.problem.sentence)
            st.error(messages.escape_markdown(sentence), icon=":material/error:")
        else:
            glossary.explained(_totals(found), "caption")
        return epoch_time.place()


def _totals(found: StackFigures) -> str:
    values = {"parameters": found.parameters, "multiplications": found.multiplications}
    if found.receptive_field is None:
        return _("**{parameters:,}** parameters, **{multiplications:,}** multiplications to read a digit.", **values)
    return _(
        "**{parameters:,}** parameters, **{multiplications:,}** multiplications to read a digit. Receptive field of "
        "the last convolution: **{side} x {side}** pixels.",
        **values,
        side=found.receptive_field,
    )


def _show_layers(draft: LayerDraft, found: StackFigures) -> None:
    """List the layers, of which one is chosen."""
    figures = [*found.layers, *[None] * (len(draft.stack) + 1 - len(found.layers))]
    problem = None if found.problem is None else found.problem.position
    names = [in_a_line((layer,)) for layer in draft.stack]
    rows = [_row(place, name, figures[place], is_wrong=place == problem) for place, name in enumerate(names)]
    key = f"own-layer-{draft.revision}"  # another widget after each change, as Streamlit's would forget the choice
    label = _("Layers: shape of the output, parameters")
    if rows:
        st.radio(
            label,
            range(len(rows)),
            draft.chosen,
            format_func=rows.__getitem__,
            key=key,
            on_change=partial(_choose, key),
            width="stretch",
        )
    else:
        st.caption(_("There are no layers but the last one. Add some."))
    with st.container(key="own-last"):
        last = _("{layer}, always the last", layer=_LAST)
        st.markdown(f":material/lock: {_row(len(rows), last, figures[len(rows)], is_wrong=False)}")


def _choose(key: str) -> None:
    _change(partial(replace, chosen=st.session_state[key]))


def _row(place: int, name: str, figures: LayerFigures | None, *, is_wrong: bool) -> str:
    """Return a layer in a line."""
    after = "-"
    if is_wrong:
        after = ":material/error: " + _("does not fit")
    elif figures is not None:
        after = f"{_in_short(figures.shape)} · {figures.parameters:,}"
    return f"**{place + 1} {name}** {after}"


def _in_short(shape: Shape) -> str:
    return " x ".join(f"{side:,}" for side in shape)


def _show_tools() -> None:
    """Show the buttons that change the chosen layer, and what can be added."""
    tools = [
        (_("Move up"), "arrow_upward", lambda draft: draft.moved(-1)),
        (_("Move down"), "arrow_downward", lambda draft: draft.moved(1)),
        (_("Duplicate"), "content_copy", LayerDraft.duplicated),
        (_("Remove"), "delete", LayerDraft.removed),
    ]
    with st.container(key="own-tools", horizontal=True):
        for label, icon, how in tools:
            st.button(label, icon=f":material/{icon}:", help=label, on_click=partial(_change, how), key=f"own-{icon}")
        label = _("Undo")
        st.button(label, icon=":material/undo:", help=label, on_click=_undo, key="own-undo")
    with st.container(key="own-add", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(_("Layer to add"), list(KINDS), key=_KIND, persist_state="session")
        st.button(_("Add"), icon=":material/add:", on_click=_add, key="own-add-layer")
        st.selectbox(
            _("Start again from"),
            list(PRESETS),
            None,
            format_func=lambda name: translated(PRESETS[name].title),
            placeholder=_("a preset"),
            key=_START,
            on_change=_start_from_preset,
        )


def _undo() -> None:
    """Bring back the layers before the last change, and the settings of the form if it replaced those."""
    draft = _draft()
    if draft.earlier and draft.earlier[-1].settings is not None:
        setting_fields.restore(OWN, draft.earlier[-1].settings)
    st.session_state[_DRAFT] = draft.undone()


def _add() -> None:
    _change(lambda draft: draft.added(KINDS[st.session_state[_KIND]]()))


def _start_from_preset() -> None:
    name = st.session_state[_START]
    if name is not None:
        st.session_state[_START] = None
        start(TrainingConfig.from_preset(name))


def _fields(layer: Layer, number: int) -> Layer:
    """Show the settings of a layer; return it with those that were chosen."""
    settings = sorted(settings_of(type(layer)).values(), key=lambda setting: setting.position)
    hint = glossary.help(*_TERMS.get(layer.kind, ()))
    st.caption(f"**{layer.kind}**: {translated(layer.summary)}", help=hint or None)
    values: dict[str, Any] = values_of(layer)
    with st.container(key="own-fields"):
        for setting in settings:
            values[setting.name] = setting_fields.field(
                _typed(setting), f"layer-{number}", values[setting.name], is_kept=False
            )
    return type(layer)(**values)


def _typed(setting: SettingSpec) -> SettingSpec:
    """Return a setting that is typed if it is a whole number."""
    return replace(setting, is_typed=setting.is_typed or setting.kind is int)
