"""Texts in two languages, without a catalogue of the app's own: one that the test writes."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from catalogues import korean_catalogue

from digitlab import translation
from digitlab.errors import InvalidSetting
from digitlab.translation import Text, _, error_text, in_language, message_of, plural, plural_text, translated

TEXTS = {
    "The file is damaged.": "파일이 손상되었습니다.",
    "Learning rate": "학습률",
    "The setting {name} is {value}.": "설정 {name}의 값이 {value}입니다.",
    "{loss:.2f} is too high.": "{loss:.2f}은(는) 너무 높습니다.",
    "{label!r} is no label.": "{label!r}은(는) 레이블이 아닙니다.",
    "{where}: {what}": "{where}에서 {what}",
}
COUNTED = {
    ("{count} digit", "{count:,} digits"): "숫자 {count:,}개",
    (
        "One drawing of {name} is gone.",
        "{count} drawings of {name} are gone.",
    ): "{name}의 그림 {count}개가 사라졌습니다.",
}


@pytest.fixture
def korean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with korean_catalogue(tmp_path, TEXTS, COUNTED):
        monkeypatch.setattr(translation, "_language", lambda: "ko")
        yield


def test_english_needs_no_catalogue() -> None:
    assert _("Epoch {epoch} of {epochs}", epoch=3, epochs=10) == "Epoch 3 of 10"
    assert plural("{count} digit", "{count} digits", 1) == "1 digit"
    assert translated(Text("Learning rate")) == "Learning rate"


@pytest.mark.usefixtures("korean")
def test_literal_is_translated_and_filled_in() -> None:
    assert _("The setting {name} is {value}.", name="x", value=3) == "설정 x의 값이 3입니다."
    assert plural("{count} digit", "{count:,} digits", 5) == "숫자 5개"


@pytest.mark.usefixtures("korean")
def test_text_inside_a_text_is_translated() -> None:
    inner = Text(
        "The setting {name} is {value}.",
        name=Text("Learning rate"),
        value=plural_text("{count} digit", "{count:,} digits", 2),
    )
    assert translated(inner) == "설정 학습률의 값이 숫자 2개입니다."


@pytest.mark.usefixtures("korean")
def test_error_from_another_process_is_translated() -> None:
    error = pickle.loads(pickle.dumps(InvalidSetting(Text("The setting {name} is {value}.", name="x", value=3))))
    assert str(error) == "The setting x is 3."
    assert error_text(error) == "설정 x의 값이 3입니다."


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("The file is damaged.", "파일이 손상되었습니다."),
        ("The setting Learning rate is 3.", "설정 학습률의 값이 3입니다."),
        ("12.35 is too high.", "12.35은(는) 너무 높습니다."),
        ("'it' is no label.", "'it'은(는) 레이블이 아닙니다."),
        ("Learning rate: written by a person", "Learning rate: written by a person"),
        ("Nobody wrote this.", "Nobody wrote this."),
        ("1 digit", "숫자 1개"),
        ("1,200 digits", "숫자 1,200개"),
        ("nan digits", "nan digits"),
        ("One drawing of Ann is gone.", "Ann의 그림 1개가 사라졌습니다."),
        ("12 drawings of Ann are gone.", "Ann의 그림 12개가 사라졌습니다."),
    ],
)
def test_kept_english_is_found_again(kept: str, shown: str) -> None:
    assert translated(kept) == shown


@pytest.mark.usefixtures("korean")
def test_empty_text_stays_empty() -> None:
    assert translated("") == translated(Text("")) == ""


def test_braces_without_values_are_kept() -> None:
    assert Text("a {set}") == "a {set}"


@pytest.mark.usefixtures("korean")
def test_block_has_a_language_of_its_own() -> None:
    with in_language("en"):
        assert _("Learning rate") == "Learning rate"
    assert _("Learning rate") == "학습률"


def test_message_of_an_error_stays_a_text() -> None:
    text = Text("The setting {name} is {value}.", name="x", value=3)
    assert message_of(InvalidSetting(text)) is text
    assert message_of(ValueError(3)) == "3"


@pytest.mark.usefixtures("korean")
def test_english_of_another_process_is_found_in_a_text() -> None:
    kept = Text("The setting x is 3.")
    assert translated(Text("The setting {name} is {value}.", name=kept, value=1)) == (
        "설정 설정 x의 값이 3입니다.의 값이 1입니다."
    )
