"""From a line of digits to single digits.

components      connected ink, and which parts of it lie above one another
geometry_prior  what its place and form say for one digit
seams           where such a part may be cut in two
segments        a line of ink -> pieces that may be digits
"""
