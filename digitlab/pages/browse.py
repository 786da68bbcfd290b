"""MNIST: page through it, choose a digit, look at its pixels and at a network's prediction."""

import streamlit as st

from digitlab.data import browsing
from digitlab.translation import Text, _, translated
from digitlab.ui import (
    galleries,
    glossary,
    linked_choice,
    messages,
    network_choice,
    probability_bars,
    reading_view,
    resources,
)
from digitlab.ui.charts import plots

SHOWN = 48  # samples on a page
WHOLE_SETS = {"training": Text("The whole training set"), "test": Text("The whole test set")}
st.title(_("Browse MNIST"))
digits = resources.mnist()
controls = st.container(key="browse-controls", horizontal=True, vertical_alignment="bottom")
with controls:
    part = linked_choice.segmented_control(
        _("Set"), {"training": _("Training"), "test": _("Test")}, param="set", key="browsed_set", default="training"
    )
    images, labels = digits.part(part)
    chosen = linked_choice.pills(
        _("Digit"),
        {"all": _("All")} | {str(digit): str(digit) for digit in range(10)},
        param="digit",
        key="browsed_digit",
        default="all",
    )
    seed = st.number_input(
        _("Shuffle seed (0 = original order)"),
        0,
        999_999,
        0,
        key="seed",
        bind="query-params",
        width=240,
        help=glossary.help("seed"),
    )
order = browsing.order(labels, None if chosen == "all" else int(chosen), int(seed))
pages = -(-len(order) // SHOWN)


def turn_page(step: int) -> None:
    """Go forward or back by `step` pages; after the last page comes the first."""
    st.session_state.page = (int(st.session_state.page) - 1 + step) % pages + 1


def enlarge(index: int) -> None:
    """Show one sample's details."""
    st.session_state.sample = index


def show_only(digit: int) -> None:
    """Browse the samples of one digit."""
    st.session_state.browsed_digit = str(digit)
    st.session_state.page = 1


if st.session_state.get("page", 0) not in range(1, pages + 1):
    st.session_state.page = 1
with st.container(key="browse-pages", horizontal=True, vertical_alignment="bottom"):
    st.button(_("Previous"), icon=":material/chevron_left:", on_click=turn_page, args=(-1,))
    page = st.number_input(_("Page"), 1, pages, key="page", bind="query-params", width=120)
    st.button(_("Next"), icon=":material/chevron_right:", on_click=turn_page, args=(1,))
    st.caption(_("{digits:,} digits on {pages:,} pages", digits=len(order), pages=pages))

shown = order[(page - 1) * SHOWN : page * SHOWN]
if st.session_state.get("sample", -1) not in range(len(labels)):
    st.session_state.sample = int(shown[0])
grid, detail = st.columns([3, 2], gap="large")
with grid:
    samples = [galleries.Sample(int(index), images[index], str(labels[index])) for index in shown]
    galleries.gallery(samples, key="gallery", chosen=st.session_state.sample, on_click=enlarge)

with detail:
    index = st.number_input(_("Sample"), 0, len(labels) - 1, key="sample", bind="query-params", width=150)
    label = int(labels[index])
    if part == "test":
        st.markdown(_("Test sample **{index}**, labelled **{label}**", index=index, label=label))
    else:
        st.markdown(_("Training sample **{index}**, labelled **{label}**", index=index, label=label))
    picture, answer = st.columns(2)
    with picture:
        galleries.digit_picture(
            images[index], _("Sample {index}, labelled {label}", index=index, label=label), is_large=True
        )
    below = st.container()
    with answer.container(key="browsed-answer"), messages.show_errors():
        card = network_choice.choose_network()
        reading = resources.lab().recogniser(card.name).read_digit(images[index])
        if reading.digit == label:
            st.markdown(_("Predicted **{digit}**, which matches the label", digit=reading.digit))
        else:
            st.markdown(_("Predicted **{digit}**, but the label is **{label}**", digit=reading.digit, label=label))
        if not reading.is_sure:
            st.caption(reading_view.verdict(reading))
        with below:
            probability_bars.show(reading.probabilities, reading.digit)
            reading_view.why(part, int(index), card.name)

with (
    st.expander(
        _("Pixel values of sample {index}: 0 (background) to 255 (ink)", index=index), icon=":material/grid_on:"
    ),
    st.container(width=900),
):
    st.image(
        plots.pixel_values(images[index]),
        width="stretch",
        alt=_("Sample {index}, labelled {label}, each pixel with its value", index=index, label=label),
    )

st.subheader(translated(WHOLE_SETS[part]), help=glossary.help("training_set", "test_set"))
st.markdown(
    _(
        "The mean image of each digit, bright where most people put ink. Click one to browse that digit only. The "
        "chart shows how many samples each digit has."
    )
)
counts = browsing.counts(labels)
averages = resources.averages(part)
means = [
    galleries.Sample(digit, averages[digit], _("{digit}: {count:,}", digit=digit, count=counts[digit]))
    for digit in range(10)
]
galleries.gallery(means, key="averages", on_click=show_only)
st.vega_lite_chart(
    [{"digit": digit, "count": count} for digit, count in enumerate(counts)],
    plots.counts(max(counts)),
    height=220,
    alt=_(
        "Number of samples of each digit: {counts}.",
        counts=", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts)),
    ),
)
