"""One script a page.

browse      MNIST: page through it, choose a digit, look at its pixels and at a network's prediction
compare     runs and networks side by side: curves, settings, scores, size and speed, or all on the same drawing
draw        the first page: draw a digit or open a picture, and it is read after every stroke; below, what to do next
evaluate    how good a network is: scores, mistakes, calibration, robustness, comparison, suspect labels
improve     fine-tune a network on one's own digits, and see whether that helped
learn       the tutorial as steps, with questions; and the glossary
models      all networks: what they are, how good they are, download, import, rename, delete
mydigits    one's own digits: review them, draw more, export and import them
navigation  the groups of pages with their titles; runs before each page
search      try many settings in short trials, see which are best and what mattered, train the best in full
train       set up a training, start it, watch it, and find every run again
understand  why a network reads a picture as it does: saliency, layers, similar digits, counterfactuals
watch       a network while it learned: a picture, the filters, the confusion matrix and the digit map after each epoch
"""
