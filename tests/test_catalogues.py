"""Every text of the code is in the catalogues, translated, with the same placeholders."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from digitlab.settings import ROOT
from digitlab.translation import ENGLISH, LANGUAGES
from scripts import translations

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
FILES = sorted((ROOT / "digitlab").rglob("*.py"))
PAGES = [path for path in FILES if path.is_relative_to(ROOT / "digitlab" / "ui") or path.parent.name == "pages"]
CALLS = {"_": 1, "Text": 1, "plural": 2, "plural_text": 2}
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
# What shows the texts that it is given: as its first argument, or by these names.
SHOWS = {
    *("button", "camera_input", "caption", "checkbox", "download_button", "error", "expander", "file_uploader"),
    *("header", "info", "link_button", "markdown", "metric", "multiselect", "number_input", "page_link", "pills"),
    *("popover", "progress", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner"),
    *("status", "subheader", "success", "text_area", "text_input", "title", "toast", "toggle", "warning", "write"),
}
SHOWN = {"label", "help", "placeholder", "title"}
WORDS = re.compile(r"[A-Za-z]{2,}")
NO_WORDS = re.compile(r"\w*\.py|:material/\w+:|:[a-z]+(-badge)?\[|https?://\S+|<[^>]*>|&\w+;")


def catalogue(code: str) -> Catalog:
    with translations.catalogue_file(code).open("rb") as file:
        return read_po(file, locale=code)


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def templates(path: Path) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The templates that a file hands to what translates."""
    for call in calls(path):
        if isinstance(call.func, ast.Name) and call.func.id in CALLS:
            yield from ((call, argument) for argument in call.args[: CALLS[call.func.id]])


def test_each_text_is_a_literal_and_collected():
    collected = {text for message in translations.collected() for text in translations.ids(message)}
    lost = [
        f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(argument)[:60]}"
        for path in FILES
        if path.name != "translation.py"
        for call, argument in templates(path)
        if not isinstance(argument, ast.Constant) or argument.value not in collected
    ]
    assert lost == []


def test_template_has_exactly_the_texts_of_the_code():
    assert translations.POT.read_bytes() == translations.as_po(translations.collected()), (
        "run scripts/translations.py, then translate what is new"
    )


@pytest.mark.parametrize("code", OTHERS)
def test_catalogue_has_each_text_in_its_language(code):
    wanted = {message.id for message in translations.collected()}
    assert {message.id for message in catalogue(code)} == wanted
    assert list(translations.missing(catalogue(code))) == []
    assert not any(message.fuzzy for message in catalogue(code) if message.id)


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_are_those_of_the_english_text(code):
    differ = []
    for message in catalogue(code):
        if message.id:
            wanted = Counter(PLACEHOLDER.findall(translations.ids(message)[-1]))
            differ += [message.id for string in strings(message) if Counter(PLACEHOLDER.findall(string)) != wanted]
    assert differ == []


@pytest.mark.parametrize("code", OTHERS)
def test_compiled_catalogue_is_that_of_the_texts(code):
    file = translations.catalogue_file(code)
    assert file.with_suffix(".mo").read_bytes() == translations.as_mo(catalogue(code))


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an argument is made of, those of `_` and its like left out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left)
        yield from literals(node.right)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value)


def shown(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """The texts that a page shows as they stand."""
    for call in calls(path):
        if isinstance(call.func, ast.Attribute):
            arguments = [keyword.value for keyword in call.keywords if keyword.arg in SHOWN]
            arguments += call.args[:1] * (call.func.attr in SHOWS)
            yield from ((call, text) for argument in arguments for text in literals(argument))


def test_no_page_shows_a_text_that_cannot_be_translated():
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {text[:60]!r}"
        for path in PAGES
        for call, text in shown(path)
        if WORDS.search(NO_WORDS.sub("", text))
    ]
    assert found == []


def test_no_error_has_a_text_that_cannot_be_translated():
    names = {node.name for node in ast.walk(ast.parse((ROOT / "digitlab" / "errors.py").read_text()))
             if isinstance(node, ast.ClassDef)}  # fmt: skip
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in FILES
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id in names
        for argument in call.args[:1]
        if any(WORDS.search(text) for text in literals(argument))
    ]
    assert found == []
