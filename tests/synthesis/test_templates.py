import numpy as np
import pytest

from digitlab.synthesis import handwriting
from digitlab.synthesis import templates as styles

ALL = styles.templates()


def test_every_digit_can_be_written_in_many_ways():
    ways = np.bincount([template.digit for template in styles.digit_templates()], minlength=10)
    assert len(ways) == 10
    assert ways.min() >= 8
    assert ways.sum() >= 110


def of(digit: int) -> list[styles.Template]:
    return [template for template in styles.digit_templates() if template.digit == digit]


def has_low_bar(seven: styles.Template) -> bool:
    return len(seven.strokes) == 2 and seven.strokes[1][:, 1].mean() > 0.68


def has_bar_in_the_stem_s_stroke(seven: styles.Template) -> bool:
    stroke = seven.strokes[0]
    return len(seven.strokes) == 1 and stroke[-1, 0] > 0.8 and stroke[-1, 1] - stroke[:, 1].max() < -0.25


def has_long_slash(zero: styles.Template) -> bool:
    """A slash or bar that sticks out of the oval by more than a tenth, on both sides."""
    oval, slash = zero.strokes[0], zero.strokes[-1]
    inside, outside = np.ptp(oval, axis=0), np.ptp(slash, axis=0)
    return len(zero.strokes) == 2 and bool((outside - inside > 0.2).any())


def has_long_tail(nine: styles.Template) -> bool:
    """A tail that ends further left than the loop, by more than its pen's width."""
    stroke = nine.strokes[-1]
    return stroke[-1, 1] > 0.75 and stroke[-1, 0] < stroke[:-1, 0].min() - 0.07


def has_hat_apart(five: styles.Template) -> bool:
    if len(five.strokes) == 1:
        return False
    body, hat = (handwriting.curve(stroke) for stroke in five.strokes)
    return float(np.hypot(*(body[:, None] - hat).reshape(-1, 2).T).min()) > 0.1


def is_narrow_and_closed(four: styles.Template) -> bool:
    points = np.concatenate(four.strokes)
    return "closed" in four.name and float(np.ptp(points[:, 0])) <= 0.52


@pytest.mark.parametrize(
    ("digit", "is_one", "least"),
    [
        (0, has_long_slash, 8),
        (4, is_narrow_and_closed, 6),
        (5, has_hat_apart, 8),
        (7, has_low_bar, 5),
        (7, has_bar_in_the_stem_s_stroke, 6),
        (9, has_long_tail, 6),
    ],
)
def test_styles_that_readers_of_mnist_miss_are_there(digit, is_one, least):
    assert sum(map(is_one, of(digit))) >= least


def test_there_is_plenty_that_is_no_digit():
    assert len(styles.other_templates()) >= 120
    assert all(template.digit is None for template in styles.other_templates())


def test_every_template_has_a_label_and_its_own_name():
    assert (*styles.digit_templates(), *styles.other_templates()) == ALL
    assert len({template.name for template in ALL}) == len(ALL)


def test_no_two_templates_are_the_same_drawing():
    drawings = {tuple(stroke.tobytes() for stroke in template.strokes) for template in ALL}
    assert len(drawings) == len(ALL)


@pytest.mark.parametrize("template", ALL, ids=lambda template: template.name)
def test_strokes_are_points_in_or_near_the_unit_box(template):
    for stroke in template.strokes:
        assert stroke.dtype == np.float64
        assert stroke.ndim == 2
        assert stroke.shape[1] == 2
        assert len(np.unique(stroke, axis=0)) >= 2
        assert stroke.min() >= -0.2
        assert stroke.max() <= 1.2


def test_a_template_fills_its_box_and_lies_in_the_middle():
    for template in ALL:
        points = np.concatenate(template.strokes)
        assert np.ptp(points, axis=0).max() >= 0.7, template.name
        assert np.abs((points.min(axis=0) + points.max(axis=0)) / 2 - 0.5).max() <= 0.15, template.name


def test_templates_are_made_once_and_cannot_be_changed():
    assert styles.templates() is ALL
    assert styles.digit_templates() is styles.digit_templates()
    with pytest.raises(ValueError, match="read-only"):
        ALL[0].strokes[0][0] = 0


def test_a_line_of_the_table_becomes_a_template():
    (seven,) = styles.parse("\n7 0.8 seven, barred | 10,8 85,8! 40,98 | 20,-5 70,50\n")
    assert (seven.name, seven.digit, seven.share) == ("seven, barred", 7, 0.8)
    assert seven.strokes[0].tolist() == [[0.1, 0.08], [0.85, 0.08], [0.85, 0.08], [0.4, 0.98]]
    assert seven.strokes[1].tolist() == [[0.2, -0.05], [0.7, 0.5]]


def test_a_line_may_go_on_after_a_backslash():
    whole, broken = (styles.parse(f"7 1 seven | 10,8 {way}85,8! 40,98")[0] for way in ("", "\\\n"))
    assert np.array_equal(whole.strokes[0], broken.strokes[0])


def test_what_is_no_digit_has_a_dash_in_the_table():
    assert styles.parse("- 1 plus | 50,8 50,92 | 8,50 92,50")[0].digit is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x 1 seven | 1,2 3,4", "a digit or -, a share above 0 and a name"),
        ("12 1 twelve | 1,2 3,4", "a digit or -"),
        ("7 0 seven | 1,2 3,4", "a share above 0"),
        ("7 1 | 1,2 3,4", "a name"),
        ("7 1 seven", "at least one stroke"),
        ("7 1 seven | 1,2 3;4", "'3;4'"),
        ("7 1 seven | 1,2 0.3,4", r"'0\.3,4'"),
        ("7 1 seven | 1,2", "two different points"),
        ("7 1 seven | 1,2! 1,2", "two different points"),
        ("7 1 seven | 1,2 3,4 |", "two different points"),
    ],
)
def test_a_bad_line_is_refused_and_quoted(line, reason):
    with pytest.raises(ValueError, match=reason) as refusal:
        styles.parse(line)
    assert repr(line) in str(refusal.value)
