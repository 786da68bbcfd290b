"""One's own digits: review them, draw more, export and import."""

import streamlit as st

from digitlab.translation import _
from digitlab.ui import identity, linked_choice, resources
from digitlab.ui.mydigits import collection, request_view, review_view

st.title(_("My digits"))
person = identity.person()
if person.id == "":
    st.info(_("Your digits are saved to your account. Log in to save some."), icon=":material/person:")
    identity.offer_to_log_in("mydigits", is_main=True)
    review_view.show_examples()
    st.stop()
st.markdown(
    _(
        "Digits in **your** handwriting: misread drawings that you corrected, digits drawn here, or imported. Only you "
        "can see them, and you can delete them at any time."
    )
)
with st.container(key="drawings-links"):
    st.page_link("improve.py", label=_("Improve a network with them"), icon=":material/auto_fix_high:")
collection.show_notice()
review, request, files = linked_choice.tabs(
    {"review": _("Review"), "request": _("Draw more"), "files": _("Export / import")}, page="drawings"
).values()
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
