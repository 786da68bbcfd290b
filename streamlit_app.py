"""The front door of DigitLab: the server. Start it with `streamlit run streamlit_app.py`."""

from digitlab.python_version import require_supported_python

require_supported_python()

import streamlit as st

from digitlab.server.lifecycle import NAVIGATION, log_error, open_lab
from digitlab.server.middleware import middleware

app = st.App(NAVIGATION, lifespan=open_lab, middleware=middleware(), on_script_error=log_error)
