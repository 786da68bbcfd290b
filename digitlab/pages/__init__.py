"""One script a page.

browse      MNIST: page through it, choose a digit, look at its pixels and at a network's prediction
compare     Runs and networks side by side: curves, settings, scores, size and speed, or all on the same drawing
draw        The first page: draw a digit or open a picture, and it is read after every stroke; below, what to do next
evaluate    How good a network is: scores, mistakes, calibration, robustness, comparison, suspect labels
improve     Fine-tune a network on one's own digits, and see whether that helped
learn       The tutorial as steps, with questions; and the glossary
models      All networks: what they are, how good they are, download, import, rename, delete
mydigits    One's own digits: review them, draw more, export and import them
navigation  The groups of pages with their titles; runs before each page
search      Try many settings in short trials, see which are best and what mattered, train the best in full
train       Set up a training, start it, watch it, and find every run again
understand  Why a network reads a picture as it does: saliency, layers, similar digits, counterfactuals
watch       A network while it learned: a picture, the filters, the confusion matrix and the digit map after each epoch
"""
