"""One's own digits: look through them, draw more, take them along or bring some in."""

import streamlit as st

from digitlab.ui import identity, resources
from digitlab.ui.mydigits import collection, request_view, review_view

st.title("My digits")
person = identity.person()
if person.id == "":
    st.info("Nobody knows whose digits these would be. Log in to keep your own.", icon=":material/person:")
    identity.offer_to_log_in("mydigits", is_main=True)
    st.stop()
st.markdown(
    "Digits in **your** hand: what you put right in Draw, what you draw here, what you bring in. "
    "Nobody else sees them, and what you delete is gone."
)
st.page_link("improve.py", label="Improve a network on them", icon=":material/auto_fix_high:")
collection.tell_note()
review, request, files = st.tabs(
    ["Look through", "Draw more", "Take along, bring in"], key="drawings-view", on_change="rerun"
)
# Of the three views, only the one that is open is computed.
with review:
    if review.open:
        review_view.show(resources.lab().drawings.for_person(person, with_pictures=False), person)
with request:
    if request.open:
        request_view.show(person)
with files:
    if files.open:
        collection.files(resources.lab().drawings.counts(person), person)
