"""Settings of a run for other people: offered as a link and a file, and received in the form of the Train page."""

import streamlit as st

from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.run import Run
from digitlab.runs.records.settings_link import PARAMETER, as_file, as_link, from_file, from_link
from digitlab.translation import Text, _, message_of, translated
from digitlab.ui import messages
from digitlab.ui.train import layer_stack, setting_fields


def offer(run: Run) -> None:
    """Offer a run's settings as a link and as a file."""
    with st.popover(_("Share these settings"), icon=":material/share:"):
        st.markdown(_("This link opens the form with the same settings filled in:"))
        page = (st.context.url or "").split("?")[0]
        st.code(f"{page}?{PARAMETER}={as_link(run.config)}", language=None, wrap_lines=True)
        st.download_button(
            _("Download as a file"),
            as_file(run.config),
            f"digitlab-settings-{run.number}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key=f"share-{run.number}",
        )
        st.caption(
            _(
                "Upload the file in another lab's form, or run: {command}",
                command="python -m digitlab train --settings FILE",
            )
        )


def receive(max_epochs: int) -> None:
    """Fill in the form with the settings of a link; call it before the form's widgets are made."""
    text = st.query_params.get(PARAMETER)
    with st.container(), messages.show_errors():  # always there, so that nothing moves when an error comes or goes
        if text is not None:
            _fill(from_link(text), max_epochs)
            del st.query_params[PARAMETER]
            st.toast(_("The settings of the link are filled in. Press Train to start."), icon=":material/tune:")


def receive_file(max_epochs: int) -> None:
    """Let a person fill in the form with a settings file."""
    with st.expander(_("Settings from a file"), icon=":material/upload_file:"):
        st.file_uploader(
            _("Settings file, downloaded from a run"),
            "json",
            key="settings-file",
            on_change=_read_file,
            args=(max_epochs,),
            max_upload_size=1,
        )
        if error := st.session_state.get("settings_error"):
            st.error(messages.escape_markdown(translated(error)), icon=":material/error:")
        elif st.session_state.get("settings-file") is not None:
            st.info(_("Its settings are filled in above."), icon=":material/tune:")


def _read_file(max_epochs: int) -> None:
    st.session_state.settings_error = ""
    file = st.session_state["settings-file"]
    if file is not None:
        try:
            _fill(from_file(file.getvalue()), max_epochs)
        except InvalidSetting as error:
            st.session_state.settings_error = message_of(error)


def _fill(config: TrainingConfig, max_epochs: int) -> None:
    if config.epochs > max_epochs:
        raise InvalidSetting(
            Text(
                "The settings ask for {epochs} epochs; this lab allows {allowed}.",
                epochs=config.epochs,
                allowed=max_epochs,
            )
        )
    st.session_state[setting_fields.PRESET_KEY] = config.network_name
    st.session_state[setting_fields.RATE_CHANGES_KEY] = config.learning_rate_changes
    if config.layers is None:
        setting_fields.fill(config, config.preset)
    else:
        layer_stack.start(config)
