"""The Streamlit server.

lifecycle         opens the lab when the server starts, and closes it when the server ends
garbage           collects garbage when nobody waits for a page
middleware        what every request goes through
request_language  the language of whoever sent a request
host_check        which host names the server answers to
drawing_answer    what is answered to a drawing while the pen moves
reading_route     reads a drawing while the pen moves
page_style        the style sheet within the page
security_headers  what a browser may do with a response
embedded_cookies  cookies in another site's frame
upload_limits     bounds what a session uploads
uploads           the uploaded files, and their end with the session
"""
