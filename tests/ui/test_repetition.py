from streamlit.testing.v1 import AppTest


def script(seconds):
    import streamlit as st

    from digitlab.ui import repetition

    def piece():
        st.caption("once or again and again")

    repetition.repeat(piece, seconds)
    st.caption("below")


def places(node, place=()):
    """Yield each caption of a tree of elements with its place: the positions on the way to it."""
    for position, child in getattr(node, "children", {}).items():
        if child.type == "caption":
            yield child.value, (*place, position)
        yield from places(child, (*place, position))


def test_what_is_repeated_keeps_its_place():
    once, repeated = (AppTest.from_function(script, args=(seconds,)).run() for seconds in (None, 1.0))
    assert not once.exception
    assert not repeated.exception
    assert dict(places(once._tree)) == dict(places(repeated._tree))
    assert len(dict(places(once._tree))) == 2
