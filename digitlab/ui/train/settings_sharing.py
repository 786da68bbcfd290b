"""Settings of a run that travel: given as a link and a file, and taken into the form of the Train page."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.run import Run
from digitlab.runs.records.settings_link import PARAMETER, as_file, as_link, from_file, from_link
from digitlab.ui import messages

PRESET_KEY = "preset"  # of the field with the kind of network, in the session
_Number = TypeVar("_Number", int, float)

_FIELDS: dict[str, Callable[[TrainingConfig], object]] = {
    "epochs": lambda config: config.epochs,
    "batch": lambda config: config.batch_size,
    "digits": lambda config: config.training_digits,
    "optimizer": lambda config: config.optimizer,
    "rate": lambda config: float(config.learning_rate),
    "schedule": lambda config: config.schedule,
    "seed": lambda config: config.seed,
    "split": lambda config: float(config.validation_split),
    "patience": lambda config: config.early_stopping or 0,
    "shift": lambda config: float(config.augmentation.shift),
    "rotation": lambda config: float(config.augmentation.rotation),
    "scale": lambda config: float(config.augmentation.scale),
    "shear": lambda config: float(config.augmentation.shear),
    "elastic": lambda config: float(config.augmentation.elastic),
    "erasing": lambda config: float(config.augmentation.erasing),
    "written_digits": lambda config: config.written_digits,
    "averaging": lambda config: config.averaging,
    "calibration": lambda config: config.calibration,
}


def offer(run: Run) -> None:
    """Offer a run's settings as a link and as a file."""
    with st.popover("Share these settings", icon=":material/share:"):
        st.markdown("Whoever opens this link finds the form filled in with the same settings:")
        page = (st.context.url or "").split("?")[0]
        st.code(f"{page}?{PARAMETER}={as_link(run.config)}", language=None, wrap_lines=True)
        st.download_button(
            "Download as a file",
            as_file(run.config),
            f"digitlab-settings-{run.number}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key=f"share-{run.number}",
        )
        st.caption("The file fills in another lab's form, or: python -m digitlab train --settings FILE")


def receive(max_epochs: int) -> None:
    """Fill the form in with the settings of a link; to be called before its fields are there."""
    text = st.query_params.get(PARAMETER)
    with st.container(), messages.show_errors():  # always there, so that nothing moves when a sentence comes or goes
        if text is not None:
            _fill(from_link(text), max_epochs)
            del st.query_params[PARAMETER]
            st.toast("The settings of the link are filled in. Press Train to use them.", icon=":material/tune:")


def take_file(max_epochs: int) -> None:
    """Let a person fill the form in with a file of settings."""
    with st.expander("Settings from a file", icon=":material/upload_file:"):
        st.file_uploader(
            "A file that was downloaded from a run",
            "json",
            key="settings-file",
            on_change=_take,
            args=(max_epochs,),
            max_upload_size=1,
        )
        if trouble := st.session_state.get("settings_trouble"):
            st.error(messages.escape_markdown(trouble), icon=":material/error:")
        elif st.session_state.get("settings-file") is not None:
            st.info("Its settings are filled in above.", icon=":material/tune:")


def up_to(key: str, usual: _Number) -> _Number:
    """Return how far a slider goes: as usual, or as far as settings that came from elsewhere."""
    chosen: _Number = st.session_state.get(key, usual)
    return max(usual, chosen)


def _take(max_epochs: int) -> None:
    st.session_state.settings_trouble = ""
    file = st.session_state["settings-file"]
    if file is not None:
        try:
            _fill(from_file(file.getvalue()), max_epochs)
        except InvalidSetting as error:
            st.session_state.settings_trouble = str(error)


def _fill(config: TrainingConfig, max_epochs: int) -> None:
    if config.epochs > max_epochs:
        raise InvalidSetting(f"The settings ask for {config.epochs} epochs; this lab allows {max_epochs}.")
    st.session_state[PRESET_KEY] = config.preset
    for name, value in _FIELDS.items():
        st.session_state[f"{config.preset}-{name}"] = value(config)
