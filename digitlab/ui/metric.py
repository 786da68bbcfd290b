"""A figure in a frame, with a note in the place where Streamlit's metric shows a difference."""

from streamlit.delta_generator import DeltaGenerator


def show(place: DeltaGenerator, label: str, value: str, note: str, hint: str | None = None) -> None:
    """Show a figure with a note below it; frames in a row are equally high."""
    place.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, height="stretch", help=hint)
