"""The nouns of the record, without input or output.

card_markdown  all that there is to know about a network, as Markdown
comparison     runs and networks side by side
improvement    what is held back of them, and whether it helped to learn from the others
model_card     what is known of a network
people         who is in the lab, and what they may change
queue          whose turn it is, and when
run            a run and its states
settings_link  settings as text that travels
"""
