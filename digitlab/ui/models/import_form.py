"""Networks from elsewhere: the field that takes one, and what is told about one."""

from pathlib import Path

import streamlit as st

from digitlab.runs.records.model_card import MAX_TITLE_LENGTH, ModelCard, Origin
from digitlab.runs.records.people import Person
from digitlab.ui import identity, messages, resources, shared_state

_MEGABYTES = 20


def offer(person: Person) -> None:
    """Let a person bring in a `.keras` file that was made elsewhere."""
    with st.expander("Bring in a network", icon=":material/upload_file:"):
        st.markdown(
            "A `.keras` file that Keras 3 saved elsewhere, from 28 x 28 pixels to ten digits. Its layers are held "
            "against a list of plain ones before it is opened, in a process of its own that can do nothing else; how "
            "it takes its pixels is found out by trying."
        )
        if not person.may_train:
            identity.offer_to_log_in("bring-in", " to bring in a network")
            return
        # With the next number the fields are empty again.
        number = st.session_state.setdefault("brought", 0)
        file = st.file_uploader("A .keras file", ["keras", "h5"], key=f"foreign-{number}", max_upload_size=_MEGABYTES)
        left, right = st.columns(2)
        usual = Path(file.name).stem[:MAX_TITLE_LENGTH] if file else ""
        title = left.text_input("Name", max_chars=MAX_TITLE_LENGTH, placeholder=usual, key=f"foreign-title-{number}")
        source = right.text_input(
            "Where it is from",
            max_chars=MAX_TITLE_LENGTH,
            placeholder="a person, a page or a book",
            key=f"foreign-source-{number}",
            help="Others read it beside the network. May stay empty.",
        )
        if st.button("Check it and bring it in", icon=":material/verified_user:", disabled=file is None) and file:
            with messages.show_errors(), st.spinner("Checking, opening and trying it; that takes some 15 seconds ..."):
                card = resources.lab().import_model(file.getvalue(), file.name, title.strip() or usual, person, source)
                shared_state.get().network = card.name
                st.session_state.update(brought=number + 1, just_brought=card.name)
                st.query_params.pop("model", None)  # another network's, maybe
                st.rerun()


def welcome(card: ModelCard) -> None:
    """Say once that a network is there now."""
    if st.session_state.get("just_brought") == card.name and card.origin is not None:
        del st.session_state.just_brought
        st.success(f"{messages.escape_markdown(card.title)} is one of your networks now.", icon=":material/check:")


def about(origin: Origin) -> None:
    """Tell where a network came from, and what was found out about it."""
    st.subheader("Where it came from")
    st.markdown(
        f"Brought in from the file **{messages.escape_markdown(origin.file)}** of {origin.layers} layers"
        + (f"; source: **{messages.escape_markdown(origin.source)}**" if origin.source else "")
        + ". How it was trained is not known here, and MNIST's training digits may have been among its examples."
    )
    st.markdown(
        f"It takes pixels as **{messages.escape_markdown(origin.scale)}**, which was found out by trying"
        + (
            "; it gave sums, so a softmax makes probabilities of them."
            if origin.is_softmax_added
            else ", and gives probabilities by itself."
        )
    )
    st.caption(f"SHA-256 of that file: {origin.sha256}")
