from digitlab.data.label_errors import KNOWN_LABEL_ERRORS


def test_the_doubted_labels_are_those_of_mnist(digits):
    assert all(digits.y_test[index] == votes.label for index, votes in KNOWN_LABEL_ERRORS.items())


def test_five_people_looked_at_each_and_most_doubt_its_label():
    for votes in KNOWN_LABEL_ERRORS.values():
        assert votes.for_label + votes.for_guess + votes.neither == 5
        assert votes.for_label < 3


def test_the_votes_are_told_in_a_sentence():
    assert str(KNOWN_LABEL_ERRORS[6651]) == "of 5 people, 0 saw a 0, 5 a 6, 0 neither"
