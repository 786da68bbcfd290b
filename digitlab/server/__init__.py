"""The Streamlit server.

closed_tabs       drops the error when a closed tab's connection is closed a second time
drawing_answer    what is answered to a drawing while the pen moves
embedded_cookies  cookies in another site's frame
garbage           collects garbage when nobody waits for a page
host_check        which host names the server answers to
lifecycle         opens the lab when the server starts, and closes it when the server ends
middleware        what every request goes through
page_style        the style sheet within the page
reading_route     reads a drawing while the pen moves
request_language  the language of the person who sent a request
security_headers  what a browser may do with a response
upload_limits     bounds what a session uploads
uploads           the uploaded files, and their end with the session
"""
