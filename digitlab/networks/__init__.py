"""What reads, and what is known about it. No Keras here.

calibration      calibration, limits for "sure" and "no digit"
code             the Keras code of a training, as script and notebook
config           the settings of a training
counterfactuals  the smallest changes that make other digits
digit_map        where digits lie in a hidden layer
digit_sets       test, validation and training digits of a network
evaluation       a network's answers on a whole set
explanation      what a look into a network brings to light
file_formats     the files as which a network can be taken away
hints            what goes wrong in a training, and what says so
label_noise      several networks on the same digits
metrics          what a training reports
number_search    finds the digits of a number
observation      what is seen in a network while it learns
occlusion        answers to changed pictures
presets          the presets, with their layers
reading          what a network reads in a drawing
recognition      reads digits at once, on LiteRT
robustness       accuracy as digits are distorted
scores           accuracy, confusion and mistakes from probabilities
snapshots        a network as it was after an epoch
snippets         pieces of such code
statistics       how much may be luck
"""
