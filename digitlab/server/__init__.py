"""The Streamlit server.

lifecycle  the lab opens with the server, and closes with it
"""
