"""Pieces of the page Learn.

data_trials        exercise: MNIST's digits, as pictures and as numbers
distortion_trials  exercise: a digit that is moved, scaled, thickened
drawing_trials     exercise: one's own drawing, read, prepared, corrected
full_pages         links from a step to the full page
glossary_list      all technical terms, with a search
lesson_run         the training that was started in the lesson, and its network
network_trials     exercise: layers, the loss, a training, its curves and its score
own_trials         exercise: one's own digits and networks
paths              the three paths: their steps, sentences and questions
progress           which steps are finished, between visits, too
question           a step's question with its answers
stepper            the row of steps, and the step in the address
trials             the exercises by step
"""
