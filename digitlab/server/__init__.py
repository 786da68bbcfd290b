"""The Streamlit server.

closed_tabs       drops the error when a closed tab's connection is closed a second time
drawing_answer    the answer to a drawing while the pen moves
embedded_cookies  lets cookies work in a frame of another site
garbage           runs Python's garbage collection while nobody waits for a page
host_check        host names and origins that the server accepts
lifecycle         opens the lab when the server starts, and closes it when the server ends
middleware        handles every request before Streamlit does
page_style        puts language and style sheet into the first page
reading_route     reads a drawing while the pen moves
request_language  the language of the person who sent a request
security_headers  headers that limit what a browser does with a response
upload_limits     limits what a session uploads
uploads           lists uploaded files, and deletes those of ended sessions
"""
