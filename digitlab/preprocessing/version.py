"""The version of the preprocessing: what a network sees of a drawing.

1. The first one with a number.
2. Thick strokes that flow together are not eroded away: in one of three drawings with a pen of 40 pixels on a canvas of
   280, and in one of 22 with a pen of 20. Networks of version 1 read those more accurately than before.
"""

VERSION = 2  # raise it with every change of what an ordinary drawing becomes; CONTRIBUTING says how
READ_AS_WELL = frozenset({1})  # older ones whose networks read what VERSION prepares as well as before, or better
