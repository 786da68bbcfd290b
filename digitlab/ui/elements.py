"""What several pages share: the one lab of this process, and pieces of page that Streamlit does not have."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab.networks.metrics import EpochMetrics
from digitlab.ui.charts import plots


def curves(epochs: Sequence[EpochMetrics], planned: int, *, key: str) -> None:
    """Show loss and accuracy side by side, training and validation in each; a tuning has no validation."""
    is_validated = not epochs or epochs[0].validation_loss is not None
    sets = "training and validation" if is_validated else "training"
    for column, metric in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        with column:
            st.markdown(f"**{metric.capitalize()}**")
            st.vega_lite_chart(
                plots.curve_points(epochs, metric),
                plots.curve(metric, planned, is_validated=is_validated),
                height=260,
                key=f"{key}-{metric}",
                alt=f"{metric.capitalize()} over {len(epochs)} epochs, {sets}",
            )


def metric(place: DeltaGenerator, label: str, value: str, beside: str, hint: str | None = None) -> None:
    """Show a figure in a frame, with what is to be known beside it; frames in a row are equally high."""
    place.metric(label, value, beside, delta_color="off", delta_arrow="off", border=True, height="stretch", help=hint)


def clicked(key: str) -> int | None:
    """Return what was clicked in a component of ours, in the call that tells of it; None where nothing is to be done.

    A click can come when its page has been left: the old page is seen until the new one is there.
    """
    index = st.session_state.get(key, {}).get("clicked")
    return None if index is None else int(index)


def is_dark() -> bool:
    """Whether the page is shown in the dark theme."""
    return st.context.theme.type == "dark"


def bars(probabilities: Sequence[float], digit: int | None) -> None:
    """Show ten probabilities as bars, the digit's own in the accent colour."""
    rows = []
    for number, share in enumerate(probabilities):
        width = f"{share:.1%}" if digit is not None else "0"
        text = f"{share:.1%}" if digit is not None else ""
        kind = " class='read'" if number == digit else ""
        rows.append(f"<li{kind}><b>{number}</b><i><u style='width:{width}'></u></i><span>{text}</span></li>")
    st.html(f"<ol class='digitlab-bars'>{''.join(rows)}</ol>")
