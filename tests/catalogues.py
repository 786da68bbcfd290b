"""A Korean catalogue for tests, in the place of the app's own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from digitlab import translation


@contextmanager
def korean_catalogue(
    folder: Path, texts: Mapping[str, str], counted: Mapping[tuple[str, str], str] | None = None
) -> Iterator[None]:
    """Have a catalogue of these texts, and of these that count things, within the block; the folder holds its file."""
    write_catalogue(folder, texts, counted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translation, "LOCALE", folder)
        _forget_catalogues()
        try:
            yield
        finally:
            _forget_catalogues()


def write_catalogue(
    folder: Path, texts: Mapping[str, str], counted: Mapping[tuple[str, str], str] | None = None
) -> None:
    """Write the file of a catalogue."""
    catalogue = Catalog(locale="ko")
    for english, korean in texts.items():
        catalogue.add(english, korean)
    for forms, korean in (counted or {}).items():
        catalogue.add(forms, (korean,))
    path = folder / "ko" / "LC_MESSAGES" / f"{translation.DOMAIN}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)


def _forget_catalogues() -> None:
    translation._catalogue.cache_clear()
    translation._patterns.cache_clear()
