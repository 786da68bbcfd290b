"""The values of the lab, without input or output.

card_checks    the types and ranges of the values on a card
card_markdown  the model card of a network, as Markdown
comparison     networks and runs to compare, and the settings in which they differ
drawing        a person's drawing of a digit, with its label
improvement    fine-tuning on drawings: which are set aside as a test, and whether it helped
model_card     what is known about a saved network
numbers        the numbers that runs and drawings may have
people         people, and what they may change
queue          the queue: a fair order, and estimates of when each run starts
run            a training run and its states
search         a search for settings, and its trials
settings_link  the settings of a run, as a link or a small file
"""
