"""Known label errors of MNIST's test set, to check whether networks find them, too.

For C. G. Northcutt, A. Athalye and J. Mueller, "Pervasive label errors in test sets destabilize machine learning
benchmarks" (2021), five people looked at each of the test digits that networks doubted most, and said whether they
saw the label, the digit that the networks read, or neither. Their votes: mturk/mnist_mturk.json of
https://github.com/cleanlab/label-errors.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Votes:
    """What five people saw in a test digit.

    Attributes:
        label: Its label in MNIST.
        guess: The digit that networks read.
        for_label: How many people saw the label.
        for_guess: How many saw the guess.
        neither: How many saw neither.
    """

    label: int
    guess: int
    for_label: int
    for_guess: int
    neither: int

    def __str__(self) -> str:
        return (
            f"of 5 people, {self.for_label} saw a {self.label}, {self.for_guess} a {self.guess}, {self.neither} neither"
        )


# By index in the test set: all digits for which fewer than three of the five people saw the label.
KNOWN_LABEL_ERRORS = {
    947: Votes(8, 9, 0, 5, 0),
    1621: Votes(0, 6, 2, 3, 0),
    1901: Votes(9, 4, 2, 3, 0),
    2130: Votes(4, 9, 2, 2, 1),
    2462: Votes(2, 0, 0, 4, 1),
    2597: Votes(5, 3, 0, 4, 1),
    2654: Votes(6, 1, 0, 2, 3),
    3520: Votes(6, 4, 2, 0, 3),
    3558: Votes(5, 0, 1, 4, 0),
    5937: Votes(5, 3, 1, 3, 1),
    6651: Votes(0, 6, 0, 5, 0),
    6783: Votes(1, 6, 2, 3, 0),
    8527: Votes(4, 9, 2, 2, 1),
    9679: Votes(6, 3, 2, 0, 3),
    9729: Votes(5, 6, 2, 3, 0),
}
