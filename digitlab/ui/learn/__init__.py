"""Pieces of the page Learn.

data_trials        to try: digits of MNIST, as pictures and as numbers
distortion_trials  to try: a digit that is moved, scaled, thickened
drawing_trials     to try: one's own drawing, read, prepared, corrected
full_pages         links from a step to the full page
glossary_list      all technical terms, with a search
lesson_run         the training that was started in the lesson, and its network
network_trials     to try: layers, the loss, a training, its curves and its score
own_trials         to try: one's own digits and networks
paths              the three paths: their steps, sentences and questions
progress           which steps are finished, between visits, too
question           a step's question with its answers
stepper            the steps in a row, and the step in the address
trials             what can be tried, by step
"""
