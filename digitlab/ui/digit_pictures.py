"""Pictures of evaluated digits: a gallery, and a dialog with each network's answer."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.label_errors import KNOWN_LABEL_ERRORS
from digitlab.translation import _
from digitlab.ui import galleries, identity, messages, probability_bars, reading_view, resources
from digitlab.ui.evaluated_set import Evaluation

_MAX_SHOWN = 60  # pictures of one kind
_IN_A_ROW = 20  # pictures, at most, in a window of 1600 pixels
_CLICKED = "clicked-digit"  # set and index, in the session's state


def gallery(
    result: Evaluation,
    indices: Sequence[int] | NDArray[np.int64],
    *,
    key: str,
    caption: Callable[[int], str] | None = None,
    empty_text: str = "",
) -> None:
    """Show digits of a set in a grid; a click on a picture lets `dialog` open it."""
    if not len(indices):
        st.success(empty_text or _("None."))
        return
    shown = [int(index) for index in indices[:_MAX_SHOWN]]
    caption = caption or (lambda index: answer_caption(result, index))
    samples = [galleries.Sample(index, result.images[index], caption(index)) for index in shown]
    # The style sheet reserves two rows.
    with st.container(key=f"gallery-rows-{key}" if len(shown) > _IN_A_ROW else None):
        galleries.gallery(
            samples, key=key, on_click=lambda index: st.session_state.update({_CLICKED: (result.digit_set, index)})
        )
    if len(indices) > _MAX_SHOWN:
        st.caption(_("Showing {shown} of {count:,}.", shown=_MAX_SHOWN, count=len(indices)))


def answer_caption(result: Evaluation, index: int) -> str:
    """Return a digit's label, the network's answer and its probability, as "4 → 9, 87%"."""
    row = result.scores.probabilities[index]
    return f"{result.scores.labels[index]} → {row.argmax()}, {row.max():.0%}"


def dialog(*results: Evaluation) -> None:
    """Open the picture that was clicked, with the answer of each network; belongs at the end of a view."""
    digit_set, index = st.session_state.get(_CLICKED, (None, 0))
    if digit_set == results[0].digit_set:
        del st.session_state[_CLICKED]
        st.dialog(_("Digit"))(_dialog)(results, index)


def _dialog(results: Sequence[Evaluation], index: int) -> None:
    digit_set = results[0].digit_set
    label, number = int(results[0].scores.labels[index]), digit_set.index(index)
    st.markdown(_origin(digit_set.part, number, label, is_own=digit_set.is_own))
    galleries.digit_picture(results[0].images[index], _("Sample {number}", number=number), is_large=True)
    if digit_set.part == "test" and number in KNOWN_LABEL_ERRORS:
        votes = KNOWN_LABEL_ERRORS[number]
        st.caption(
            _(
                "Known label error. Of 5 people, {for_label} saw a {label}, {for_guess} saw a {guess} and {neither} "
                "saw neither.",
                for_label=votes.for_label,
                label=votes.label,
                for_guess=votes.for_guess,
                guess=votes.guess,
                neither=votes.neither,
            )
        )
    for result in results:
        _answer(result, index, number)
    if digit_set.is_own:
        st.page_link("mydigits.py", label=_("My digits"), icon=":material/collections_bookmark:")
        return
    st.page_link(
        "browse.py",
        label=_("View its pixels on the page MNIST"),
        icon=":material/grid_view:",
        query_params={"set": digit_set.part, "sample": str(number)},
    )


def _origin(part: str, number: int, label: int, *, is_own: bool) -> str:
    if is_own:
        return _("One of your own digits, labelled **{label}**", label=label)
    if part == "test":
        return _("Sample **{number}** of MNIST's test set, labelled **{label}**", number=number, label=label)
    return _("Sample **{number}** of MNIST's training set, labelled **{label}**", number=number, label=label)


def _answer(result: Evaluation, index: int, number: int) -> None:
    card, digit_set, answer = result.card, result.digit_set, int(result.scores.answers[index])
    title = messages.escape_markdown(card.title)
    st.markdown(_("**{title}** predicted **{answer}**", title=title, answer=answer))
    if digit_set.is_own and number in resources.lab().improver.learned_drawings(card.name, identity.person()):
        st.caption(_("{title} was trained on this digit, so its answer doesn't count.", title=title))
    probability_bars.show(result.scores.probabilities[index].tolist(), answer)
    reading_view.why("own" if digit_set.is_own else digit_set.part, number, card.name)
