"""MNIST, picture files, and how digits are changed.

archives       a ZIP, looked at before anything is unpacked
augmentation   small random changes
browsing       order, counts and averages of a set
distortions    digits, distorted by given amounts
image_ops      small operations that these share
label_errors   MNIST's digits whose label people doubted
mnist          the data set, and its file beside it
mnist_source   MNIST from the package, else by Keras in a process of its own
picture_files  picture files -> drawings; digits -> PNG
"""
