"""One's own digits: look through them, draw more, take them along or bring some in."""

import streamlit as st

from digitlab import ui, ui_drawings, ui_drawings_request, ui_drawings_review, ui_person

st.title("My digits")
person = ui_person.person()
if person.id == "":
    st.info("Nobody knows whose digits these would be. Log in to keep your own.", icon=":material/person:")
    ui_person.offer_to_log_in("mydigits", " to keep your own digits", is_main=True)
    st.stop()
st.markdown(
    "Digits in **your** hand: what you put right in Draw, what you draw here, what you bring in. "
    "Nobody else sees them, and what you delete is gone."
)
st.page_link("improve.py", label="Improve a network on them", icon=":material/auto_fix_high:")
ui_drawings.tell_note()
review, request, files = st.tabs(
    ["Look through", "Draw more", "Take along, bring in"], key="drawings-view", on_change="rerun"
)
# Of the three views, only the one that is open is computed.
with review:
    if review.open:
        ui_drawings_review.show(ui.lab().drawings.of(person, with_pictures=False), person)
with request:
    if request.open:
        ui_drawings_request.show(person)
with files:
    if files.open:
        ui_drawings.files(ui.lab().drawings.counts(person), person)
