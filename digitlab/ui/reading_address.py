"""Where the server reads a drawing while the pen moves."""

import streamlit as st


def reading_address() -> str:
    """Return the path of the address, which `digitlab.server.reading_route` answers."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/digitlab/reading" if base else "/digitlab/reading"
