"""One's own digits: review them, draw more, export and import."""

import streamlit as st

from digitlab.ui import identity, resources
from digitlab.ui.mydigits import collection, request_view, review_view

st.title("My digits")
person = identity.person()
if person.id == "":
    st.info("Your digits are saved to your account. Log in to save some.", icon=":material/person:")
    identity.offer_to_log_in("mydigits", is_main=True)
    st.stop()
st.markdown(
    "Digits in **your** handwriting: corrected in Draw, drawn here, or imported. Only you can see them, and you can "
    "delete them at any time."
)
st.page_link("improve.py", label="Improve a network with them", icon=":material/auto_fix_high:")
collection.show_notice()
review, request, files = st.tabs(["Review", "Draw more", "Export / import"], key="drawings-view", on_change="rerun")
# Only the open view is computed.
if review.open:
    with review:
        review_view.show(resources.lab().drawings.for_person(person, with_pictures=False), person)
if request.open:
    with request:
        request_view.show(person)
if files.open:
    with files:
        collection.files(resources.lab().drawings.counts(person), person)
