"""What several pages share: the one lab of this process, and pieces of page that Streamlit does not have."""

import gc
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from digitlab.data import browsing
from digitlab.data.mnist import Mnist
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.runs.records.model_card import ModelCard
from digitlab.settings import Settings
from digitlab.ui.charts import plots


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """Return this process' lab; the first call starts the workers in the background."""
    one = Lab(Settings.from_environment())
    one.open()
    return one


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Once a first page is there, load what later ones need; then leave all of it out of garbage collection.

    Streamlit collects garbage after each run of a page, and holds up what that run has sent to the browser: with all
    modules loaded there are 190,000 objects to look at, which takes 50 to 70 ms, and frozen they take none.
    """
    gc.freeze()
    threading.Thread(target=_settle, args=(lab(),), name="settle", daemon=True).start()


def _settle(one: Lab) -> None:
    one.wait_until_open()
    plots.prepare()
    with suppress(DigitLabError):  # the page that needs the digits says so
        one.mnist()
    gc.freeze()


@st.cache_resource(show_spinner="Loading MNIST ...")
def mnist() -> Mnist:
    """Return the data set, loaded once."""
    return lab().mnist()


@st.cache_data(show_spinner=False)
def averages(part: str) -> NDArray[np.uint8]:
    """Return each digit's mean picture in a part of MNIST, uint8 (10, 28, 28); 60,000 digits take 30 ms."""
    return browsing.averages(*mnist().part(part))


@contextmanager
def told() -> Iterator[None]:
    """Show a `DigitLabError` as a sentence where it happens; the rest of the page stays."""
    try:
        yield
    except DigitLabError as error:
        st.error(plain(str(error)), icon=":material/error:")


def plain(text: str) -> str:
    """Escape what Markdown would make of a text that came from outside: links, pictures, colours, icons."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)


def choose_network(label: str = "Network") -> ModelCard:
    """Let a person pick a network. The choice holds for all pages, and `?model=NAME` in an address makes it."""
    cards = {card.name: card for card in lab().models()}
    if not cards:
        st.info("There is no network yet. Train one first.", icon=":material/model_training:")
        st.page_link("train.py", label="Train", icon=":material/model_training:")
        st.stop()
    asked = st.query_params.get("model")
    if asked in cards and asked != st.session_state.get("asked_network"):
        st.session_state.network = st.session_state.asked_network = asked
    elif asked and asked not in cards:
        st.warning(f"There is no network {plain(asked[:40])}; another is shown.", icon=":material/warning:")
    if st.session_state.get("network") not in cards:
        st.session_state.network = DEFAULT_MODEL if DEFAULT_MODEL in cards else next(iter(cards))
    if st.session_state.network != (asked or DEFAULT_MODEL) and (asked is None or asked in cards):
        st.query_params["model"] = st.session_state.asked_network = st.session_state.network  # to be shared
    # Streamlit forgets a field's value with its page, so the choice is kept beside it and put in each time.
    st.session_state.network_field = st.session_state.network
    labels = labels_of(cards.values())
    name = st.selectbox(
        label, list(cards), format_func=labels.__getitem__, key="network_field", on_change=_keep_network, width=420
    )
    return cards[name]


def _keep_network() -> None:
    state = st.session_state
    st.query_params["model"] = state.asked_network = state.network = state.network_field


def labels_of(cards: Iterable[ModelCard]) -> dict[str, str]:
    """Return, by name, a label for each network that no other has: its title and score, its name if need be."""
    labels = {card.name: f"{card.title} ({card.test_accuracy:.2%})" for card in cards}
    seen = Counter(labels.values())
    return {name: label if seen[label] == 1 else f"{label}, {name}" for name, label in labels.items()}


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


def figure(place: DeltaGenerator, label: str, value: str, beside: str, hint: str | None = None) -> None:
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


def duration(seconds: float) -> str:
    """Say a duration as people do."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def a_digit(digit: int) -> str:
    """Return "a 7", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


_STYLE = """
<style>
.digitlab-bars { list-style: none; margin: 0; padding: 0; font-variant-numeric: tabular-nums; }
.digitlab-bars li { display: flex; align-items: center; gap: .6rem; height: 1.65rem; margin: 0; opacity: .85; }
.digitlab-bars li.read { opacity: 1; font-weight: 600; }
.digitlab-bars i { flex: 1; height: .85rem; border-radius: .25rem; background: rgba(128, 140, 155, .22); }
.digitlab-bars u { display: block; height: 100%; border-radius: .25rem; background: #7d8da1; }
.digitlab-bars li.read u { background: #d55e00; }
.digitlab-bars span { width: 3.6rem; text-align: right; }
.digitlab-bars { max-width: 34rem; }
.digitlab-answer { display: flex; align-items: center; gap: 1rem; min-height: 5.5rem; }
.digitlab-answer strong { font-size: 5rem; line-height: 1; font-variant-numeric: tabular-nums; }
.digitlab-answer.number { flex-wrap: wrap; gap: .25rem 1rem; padding-bottom: .5rem; }
.digitlab-answer.number strong { font-size: 3.6rem; letter-spacing: .04em; overflow-wrap: anywhere; }
.digitlab-boxes { position: relative; max-width: 358px; margin-bottom: .75rem; }
.digitlab-boxes img { display: block; width: 100%; border-radius: .25rem; }
.digitlab-boxes i { position: absolute; border: 2px solid #e69f00; border-radius: .2rem; }
.digitlab-boxes b { position: absolute; left: -2px; bottom: 100%; padding: 0 .35rem; font: 600 .8rem/1.3 sans-serif;
    color: #17212e; background: #e69f00; border-radius: .2rem .2rem 0 0; }
.digitlab-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: .75rem; }
.digitlab-cards figure { margin: 0; }
.digitlab-cards img { image-rendering: pixelated; width: 100%; aspect-ratio: 1; display: block; border-radius: .25rem; }
.digitlab-cards figcaption { font-size: .85rem; padding: .25rem 0; font-variant-numeric: tabular-nums; }
.digitlab-columns { display: flex; align-items: end; gap: 2px; height: 3.4rem; }
.digitlab-columns span { flex: 1; display: flex; flex-direction: column; justify-content: end; height: 100%;
    text-align: center; font-size: .65rem; line-height: 1.1; }
.digitlab-columns u { display: block; min-height: 1px; background: #7d8da1; border-radius: 2px 2px 0 0; }
.digitlab-columns .read { font-weight: 700; }
.digitlab-columns .read u { background: #d55e00; }
.digitlab-readers { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: .75rem; }
.digitlab-readers figure { margin: 0; padding: .6rem .75rem; border: 1px solid rgba(128, 140, 155, .35);
    border-radius: .5rem; min-width: 0; }
.digitlab-readers figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.digitlab-readers figure > div:not(.digitlab-columns) { display: flex; align-items: baseline; gap: .6rem;
    min-height: 3.4rem; flex-wrap: wrap; }
.digitlab-readers strong { font-size: 2.4rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.digitlab-steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1.25rem; }
.digitlab-steps .shown { height: 150px; background: #000; border-radius: .25rem; display: flex; align-items: center;
    justify-content: center; padding: 8px; }
.digitlab-steps .shown img { width: 100%; height: 100%; object-fit: contain; image-rendering: pixelated; }
.digitlab-steps p { margin: .4rem 0; font-size: .9rem; }
.digitlab-steps .without { display: flex; gap: .6rem; align-items: center; font-size: .85rem; }
.digitlab-steps .without img { image-rendering: pixelated; width: 56px; height: 56px; border-radius: .25rem; }
.digitlab-seen img { image-rendering: pixelated; width: 112px; height: 112px; border-radius: .25rem; display: block; }
.digitlab-tally { display: flex; gap: 4px; max-width: 358px; font-variant-numeric: tabular-nums; }
.digitlab-tally span { flex: 1; height: 6.2rem; display: flex; flex-direction: column; justify-content: end;
    align-items: center; border-radius: .25rem; }
.digitlab-tally b { font-size: .8rem; font-weight: 400; opacity: .75; }
.digitlab-tally u { width: 70%; min-height: 2px; background: #7d8da1; border-radius: 2px 2px 0 0; }
.digitlab-tally .wanted { font-weight: 700; background: rgba(128, 140, 155, .18); }
.digitlab-tally .wanted u { background: #d55e00; }
[data-testid=stMain]:has(.digitlab-request):focus-visible { outline: none; box-shadow: none; }
.digitlab-request { font-size: 1.6rem; font-weight: 600; line-height: 1.2; }
.digitlab-small { image-rendering: pixelated; width: 36px; height: 36px; border-radius: .25rem; display: block; }
.digitlab-seen.large img { width: min(280px, 100%); height: auto; aspect-ratio: 1; }
</style>
"""


def style() -> None:
    """Put the style of our own pieces on the page."""
    st.html(_STYLE)
