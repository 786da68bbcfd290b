"""MNIST: page through it, pick a digit, look at its pixels and at what a network reads in it."""

import streamlit as st

from digitlab.data import browsing
from digitlab.ui import galleries, messages, network_choice, probability_bars, reading_view, resources
from digitlab.ui.charts import plots

SHOWN = 48

st.title("Browse MNIST")
digits = resources.mnist()
controls = st.container(horizontal=True, vertical_alignment="bottom")
with controls:
    part = st.segmented_control(
        "Set", ["training", "test"], default="training", required=True, key="set", bind="query-params"
    )
    images, labels = digits.part(part or "training")
    chosen = st.pills(
        "Digit",
        ["all", *map(str, range(10))],
        default="all",
        required=True,
        key="digit",
        bind="query-params",
        wrap=True,
    )
    seed = st.number_input("Shuffle by seed (0: do not)", 0, 999_999, 0, key="seed", bind="query-params", width=190)
order = browsing.order(labels, None if chosen == "all" else int(chosen), int(seed))
pages = -(-len(order) // SHOWN)


def turn(step: int) -> None:
    """Go to the next or the previous page, around the ends."""
    st.session_state.page = (int(st.session_state.page) - 1 + step) % pages + 1


def enlarge(index: int) -> None:
    """Look closely at one sample."""
    st.session_state.sample = index


def only(digit: int) -> None:
    """Show one digit alone."""
    st.session_state.digit = str(digit)
    st.session_state.page = 1


if st.session_state.get("page", 0) not in range(1, pages + 1):
    st.session_state.page = 1
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.button("Previous", icon=":material/chevron_left:", on_click=turn, args=(-1,))
    page = st.number_input("Page", 1, pages, key="page", bind="query-params", width=120)
    st.button("Next", icon=":material/chevron_right:", on_click=turn, args=(1,))
    st.caption(f"{len(order):,} digits on {pages:,} pages")

shown = order[(page - 1) * SHOWN : page * SHOWN]
if st.session_state.get("sample", -1) not in range(len(labels)):
    st.session_state.sample = int(shown[0])
grid, detail = st.columns([3, 2], gap="large")
with grid:
    samples = [galleries.Sample(int(index), images[index], str(labels[index])) for index in shown]
    galleries.gallery(samples, key="gallery", chosen=st.session_state.sample, on_click=enlarge)

with detail:
    index = st.number_input("Sample", 0, len(labels) - 1, key="sample", bind="query-params", width=150)
    st.markdown(f"Sample **{index}** of the {part} set, labelled **{labels[index]}**")
    picture, answer = st.columns(2)
    with picture:
        galleries.digit_picture(images[index], f"Sample {index}, a {labels[index]}", is_large=True)
    below = st.container()
    with answer, messages.show_errors():
        card = network_choice.choose_network("Read by")
        reading = resources.lab().recogniser(card.name).read_digit(images[index])
        st.markdown(f"reads **{reading.digit}**" + (", as labelled" if reading.digit == labels[index] else ""))
        if not reading.is_sure:
            st.caption(reading_view.verdict(reading))
        with below:
            probability_bars.show(reading.probabilities, reading.digit)
            reading_view.why(part or "training", int(index), card.name)

with (
    st.expander(f"The 784 pixel values of sample {index}, 0 (background) to 255 (ink)", icon=":material/grid_on:"),
    st.container(width=900),
):
    st.image(plots.pixel_values(images[index]), width="stretch")

st.subheader(f"The whole {part} set")
st.markdown(
    "The average picture of each digit: bright where most writers put ink. Click one to browse it alone. "
    "Below, how many there are of each."
)
counts = browsing.counts(labels)
averages = resources.averages(part or "training")
means = [galleries.Sample(digit, averages[digit], f"{digit}: {counts[digit]:,}") for digit in range(10)]
galleries.gallery(means, key="averages", on_click=only)
st.vega_lite_chart(
    [{"digit": digit, "count": count} for digit, count in enumerate(counts)],
    plots.counts(),
    height=220,
    alt="How many there are of each digit",
)
