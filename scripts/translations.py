"""Collect the texts of the code, bring the catalogues up to date and compile them.

    python scripts/translations.py

`digitlab/locale/digitlab.pot` has every text; a language's `digitlab.po` keeps its translations, gets new texts without
one, and loses those that no longer exist. The compiled `digitlab.mo` beside it is what the app reads. `--missing FILE`
writes what is not yet translated, as JSON; `--take FILE` takes translations from such a file.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from digitlab.translation import DOMAIN, ENGLISH, LANGUAGES, LOCALE

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "Text": None, "plural": (1, 2), "plural_text": (1, 2)}
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # the date in compiled catalogues, which would otherwise differ each minute
POT = LOCALE / f"{DOMAIN}.pot"


def catalogue_file(code: str) -> Path:
    """Return the path of a language's catalogue."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def collected() -> Catalog:
    """Return all texts of the code, with the files that they come from."""
    catalogue = Catalog(project="DigitLab", charset="utf-8", header_comment="# Texts of DigitLab.")
    places: dict[str | tuple[str, ...], set[str]] = defaultdict(set)
    for path in sorted((ROOT / "digitlab").rglob("*.py")):
        for _line, message, _comments, _context in extract_from_file("python", path, keywords=KEYWORDS):
            places[tuple(message[:2]) if isinstance(message, tuple) else message].add(str(path.relative_to(ROOT)))
    for message in sorted(places, key=lambda message: (min(places[message]), str(message))):
        flags = ("python-brace-format",) if "{" in str(message) else ()
        catalogue.add(message, locations=[(name, 0) for name in sorted(places[message])], flags=flags)
    return catalogue


def brought_up_to_date(code: str, template: Catalog) -> Catalog:
    """Return a language's catalogue with exactly the texts of the template."""
    path = catalogue_file(code)
    old = Catalog(locale=code)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=code)
    new = Catalog(
        locale=code,
        project="DigitLab",
        charset="utf-8",
        header_comment=f"# DigitLab in {LANGUAGES[code]}.",
        fuzzy=False,
    )
    for message in template:
        if message.id:
            known = old.get(message.id)
            empty: str | tuple[str, ...] = ("",) * new.num_plurals if message.pluralizable else ""
            new.add(message.id, known.string if known else empty, message.locations, message.flags)
    return new


def as_po(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of a file; the same catalogue gives the same bytes."""
    file = BytesIO()
    write_po(file, catalogue, width=120, omit_header=False)
    return re.sub(rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|'
                  rb'Report-Msgid-Bugs-To):.*\n', b"", file.getvalue())  # fmt: skip


def as_mo(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it; the same catalogue gives the same bytes."""
    file = BytesIO()
    compiled = read_po(BytesIO(as_po(catalogue)), locale=catalogue.locale)
    compiled.creation_date = compiled.revision_date = _NEVER
    write_mo(file, compiled)
    return file.getvalue()


def ids(message: Message) -> list[str]:
    """Return a text in English; of one that counts, singular and plural. The header's is empty."""
    return [message.id] if isinstance(message.id, str) else [str(text) for text in message.id]


def singular(message: Message) -> str:
    """Return a text in English; of one that counts, the singular."""
    return ids(message)[0]


def missing(catalogue: Catalog) -> Iterator[str]:
    """Return the texts without a translation."""
    for message in catalogue:
        strings = [message.string] if isinstance(message.string, str) else message.string
        if message.id and not any(strings or ()):
            yield singular(message)


def take(catalogue: Catalog, translations: dict[str, str]) -> None:
    """Put translations into a catalogue: by the English text, or by its singular."""
    for message in catalogue:
        if message.id and (found := translations.get(singular(message))):
            message.string = (found,) * catalogue.num_plurals if message.pluralizable else found


def main() -> None:
    """Write the template and every language's catalogue."""
    parser = argparse.ArgumentParser(description="Collect the texts of the code and compile the catalogues.")
    parser.add_argument("--missing", type=Path, help="write the texts without a translation to this JSON file")
    parser.add_argument("--take", type=Path, nargs="*", default=[], help="take translations from these JSON files")
    options = parser.parse_args()
    template = collected()
    POT.parent.mkdir(exist_ok=True)
    POT.write_bytes(as_po(template))
    for code in LANGUAGES:
        if code == ENGLISH:
            continue
        catalogue = brought_up_to_date(code, template)
        for path in options.take:
            take(catalogue, json.loads(path.read_text("utf-8")))
        catalogue_file(code).parent.mkdir(parents=True, exist_ok=True)
        catalogue_file(code).write_bytes(as_po(catalogue))
        catalogue_file(code).with_suffix(".mo").write_bytes(as_mo(catalogue))
        left = list(missing(catalogue))
        if options.missing:
            options.missing.write_text(json.dumps(dict.fromkeys(left, ""), ensure_ascii=False, indent=1), "utf-8")
        print(f"{code}: {len(catalogue)} texts, {len(left)} without a translation")


if __name__ == "__main__":
    main()
