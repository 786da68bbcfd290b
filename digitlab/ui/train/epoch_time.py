"""How long an epoch will take here, as a line with its range and where both come from."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab.errors import InvalidSetting
from digitlab.networks.config import TrainingConfig
from digitlab.networks.training_cost import Basis
from digitlab.translation import Text, _, translated
from digitlab.ui import durations, glossary, resources

_BASES = {
    Basis.SAME: Text("From the last training of this network here, for these settings."),
    Basis.OTHERS: Text(
        "From a table of what each type of layer costs, and from other trainings here. Four of five random networks "
        "were within such a range."
    ),
    Basis.YARDSTICK: Text(
        "From a table of what each type of layer costs, for a machine as fast as this one seems to be. It becomes more "
        "precise with the first training."
    ),
}
_FIRST = Text("The first epoch takes some seconds more, as the network is compiled.")


def place() -> DeltaGenerator:
    """Return the place of the line, as high while it is empty."""
    return st.container(key="epoch-time")


def show(chosen: Callable[[], TrainingConfig]) -> None:
    """Show the estimate for the settings of the form; nothing if they are not allowed, which is said elsewhere."""
    try:
        config = chosen()
    except InvalidSetting:
        return
    found = resources.lab().epoch_estimate(config)
    text = _(
        "About **{seconds}** an epoch ({low} to {high})",
        seconds=durations.roughly(found.seconds),
        low=durations.roughly(found.low),
        high=durations.roughly(found.high),
    )
    about = f"{translated(_BASES[found.basis])} {translated(_FIRST)}"
    st.caption(text, help=glossary.help("epoch", before=about))
