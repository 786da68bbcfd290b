"""The Streamlit server.

lifecycle  opens the lab when the server starts, and closes it when the server ends
"""
