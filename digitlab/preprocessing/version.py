"""The version of the preprocessing: what a network sees of a drawing."""

VERSION = 2  # raise it with every change of what an ordinary drawing becomes; CONTRIBUTING says how
