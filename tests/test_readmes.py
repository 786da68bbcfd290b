"""The README says the same in each language: headings, code, links, figures, and the pages as the app names them."""

import ast
import re
from collections import Counter

import pytest

from digitlab.settings import ROOT
from digitlab.translation import ENGLISH, LANGUAGES, Text, in_language, translated

READMES = {code: "README.md" if code == ENGLISH else f"README.{code}.md" for code in LANGUAGES}
TEXTS = {code: (ROOT / name).read_text() for code, name in READMES.items()}
OTHERS = sorted(READMES.keys() - {ENGLISH})
CODE = re.compile(r"^```.*?^```$|`[^`]+`", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def links(code: str) -> list[str]:
    """The targets of all links but those to the other languages."""
    targets: list[str] = re.findall(r"\]\(([^)\s]+)\)", TEXTS[code])
    return [target for target in targets if target not in READMES.values()]


def heading_levels(code: str) -> list[str]:
    return re.findall(r"^(#+) ", CODE.sub("", TEXTS[code]), re.MULTILINE)


def columns(code: str) -> list[int]:
    """How many columns each row of each table has."""
    return [line.count("|") for line in TEXTS[code].splitlines() if line.startswith("|")]


def numbers(code: str) -> Counter[str]:
    """The numbers in the sentences and tables."""
    return Counter(NUMBER.findall(re.sub(r"\]\([^)]+\)", "", CODE.sub("", TEXTS[code]))))


def literal(translation: ast.expr) -> str:
    """The English text of `_("...")`, or of a constant."""
    (text,) = (node.value for node in ast.walk(translation) if isinstance(node, ast.Constant))
    return str(text)


def navigation() -> list[tuple[str, str]]:
    """The title of each page and that of its group, in the order of the navigation."""
    tree = ast.parse((ROOT / "digitlab/pages/navigation.py").read_text())
    (groups,) = (node for node in ast.walk(tree) if isinstance(node, ast.Dict))
    group_of = {
        page: literal(title)
        for title, pages in zip(groups.keys, groups.values, strict=True)
        if title is not None
        for page in ast.walk(pages)
    }
    pages = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page"]
    return [
        (literal(keyword.value), group_of.get(page, ""))
        for page in sorted(pages, key=lambda page: page.lineno)
        for keyword in page.keywords
        if keyword.arg == "title" and isinstance(keyword.value, ast.Call)  # hidden pages have no such title
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_readme_begins_with_all_languages(code):
    names = [LANGUAGES[other] if other == code else f"[{LANGUAGES[other]}]({READMES[other]})" for other in LANGUAGES]
    assert TEXTS[code].splitlines()[2] == " · ".join(names)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_readme_names_pages_and_groups_as_the_app(code):
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]*?) ?\| [^|]+ \|$", TEXTS[code], re.MULTILINE)
    with in_language(code):
        named = [tuple(translated(Text(title)) if title else "" for title in page) for page in navigation()]
    assert len(named) > 10
    assert [row for row in rows if "docs/" not in "".join(row)][1:] == named


@pytest.mark.parametrize("code", OTHERS)
def test_a_translated_readme_has_the_same_parts(code):
    assert heading_levels(code) == heading_levels(ENGLISH)
    assert columns(code) == columns(ENGLISH)
    assert Counter(CODE.findall(TEXTS[code])) == Counter(CODE.findall(TEXTS[ENGLISH]))
    assert links(code) == links(ENGLISH)
    assert numbers(code) == numbers(ENGLISH)
