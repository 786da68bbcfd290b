"""One script a page.

browse      MNIST: page through it, pick a digit, look at its pixels and at what a network reads in it
compare     Runs and networks side by side: their curves, settings, scores, size and speed; and all on the same drawing
draw        Draw a digit or a number, or give a picture of one, and have it read after every stroke
evaluate    How good a network is on digits that it knows or never saw: figures, mistakes, certainty, robustness, comparison
improve     Let a network go on learning from one's own digits, and see whether that helped
models      All networks, ready-made and trained here: what they are, how good, and the way to keep or drop them
mydigits    One's own digits: look through them, draw more, take them along or bring some in
navigation  The list of pages and their titles; runs before each of them
start       The first page: what this is, and the way through it in the tutorial's order
train       Set up a training, start it, watch it learn, and find every run again
understand  Why a network reads a picture as it does: what it looks at, layer by layer, what is like it, what would change it
watch       Watch a network learn: the same picture, the filters, the confusion and the map as they were after each epoch
"""
