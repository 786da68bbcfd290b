"""Texts that people read, in their language: gettext catalogues, and texts that are translated when they are shown.

A page or a command translates at once, with `_` and `plural`. What lies below the pages does not know who will read a
text, and when: an error that a worker raises, a label that is declared once. It makes a `Text`, which is English and
keeps its template and values; the page translates it with `translated`.

Every text is a whole sentence or a whole label with named placeholders. `scripts/translations.py` collects the texts
of the code in `locale/digitlab.pot` and compiles the catalogues.
"""

import gettext
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from pathlib import Path
from typing import Any, NamedTuple, Self

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "digitlab"
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "ko": "한국어"}  # a language's name, in that language, by its code

_PLACEHOLDER = re.compile(r"\{(\w+)(?:![rsa])?(?::([^{}]*))?\}")
_FORM_OF_NUMBER = re.compile(r"[\d.,+]*[%defg,]")
_NUMBER, _COUNT, _ANYTHING = r"[-+]?\d[\d,.]*(?:e[-+]?\d+)?%?|nan|inf", r"\d[\d,]*", ".+?"
_LITTLE_ENDIAN = b"\xde\x12\x04\x95"  # the beginning of a compiled catalogue
_MIN_LETTERS = 8  # of a template's own, unless all its values are numbers: others fit nearly any text


class Text(str):
    """A text in English that can be translated later: it keeps its template and its values.

    As a str it is the English text. It can be pickled, and so passes between processes; a value may itself be a `Text`.
    `str(text)`, and the record, keep the English alone, which `translated` finds in the catalogue again.

    Args:
        template: A literal, so that it is collected: a whole sentence with named placeholders as in `str.format`.
        values: What the placeholders stand for. Without any, braces in the template are kept as they are.

    Example:
        >>> error = ValueError(Text("The file has {count:,} lines.", count=1200))
        >>> str(error)
        'The file has 1,200 lines.'
        >>> error.args[0].template
        'The file has {count:,} lines.'
    """

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Fill in the template, in English."""
        text = super().__new__(cls, _filled(template, values))
        text.template, text.values = str(template), values
        return text

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Return what makes the same text in another process."""
        return (self.template,), dict(self.values)


def sentences(*texts: Text) -> Text:
    """Return whole sentences, one after the other, as one text.

    Example:
        >>> sentences(Text("It was stopped."), Text("Resume it."))
        'It was stopped. Resume it.'
    """
    return reduce(lambda before, text: Text("{before} {text}", before=before, text=text), texts)


def recognisable(text: str) -> Text:
    """Return an English text from another process as a `Text`, so that it is translated within others, too.

    Example:
        >>> with in_language("ko"):
        ...     "Keras" in translated(Text("{before} {text}", before="", text=recognisable("It has no layers.")))
        False
    """
    return Text(text)


class CountedText(Text):
    """A `Text` that counts things, as `plural_text` makes it."""

    singular: str
    number: int


def _english() -> str:
    return ENGLISH


_language: Callable[[], str] = _english
_of_block: ContextVar[str | None] = ContextVar("language", default=None)


def choose_language(language: Callable[[], str]) -> None:
    """Take the function that finds the reader's language: it returns a key of `LANGUAGES`.

    Until it is called, all texts are in English.
    """
    global _language
    _language = language


def language() -> str:
    """Return the code of the language that texts are translated into now."""
    return _of_block.get() or _language()


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Translate into one language within the block, and only in this thread or task: a command's, or a request's."""
    before = _of_block.set(code)
    try:
        yield
    finally:
        _of_block.reset(before)


def _(template: str, /, **values: Any) -> str:
    """Translate a literal into the reader's language, and fill in its placeholders.

    Args:
        template: A literal; a whole sentence or label, with named placeholders as in `str.format`.
        values: What the placeholders stand for; a value that is a `Text` is translated, too.

    Example:
        >>> _("Epoch {epoch} of {epochs}", epoch=3, epochs=10)
        'Epoch 3 of 10'
    """
    return _filled(_catalogue(language()).gettext(template), _translated_values(values))


def plural(singular: str, plural: str, count: int, /, **values: Any) -> str:
    """Translate a literal that counts things; `{count}` stands for how many.

    Example:
        >>> plural("{count} digit", "{count:,} digits", 1200)
        '1,200 digits'
    """
    template = _catalogue(language()).ngettext(singular, plural, count)
    return _filled(template, {"count": count, **_translated_values(values)})


def plural_text(singular: str, plural: str, count: int, /, **values: Any) -> Text:
    """Return a `Text` that counts things; `{count}` stands for how many.

    Example:
        >>> plural_text("{count} digit", "{count} digits", 2)
        '2 digits'
    """
    text = CountedText(singular if count == 1 else plural, count=count, **values)
    text.singular, text.number = singular, count
    return text


def translated(text: str) -> str:
    """Translate a text that was made elsewhere: a `Text`, or an English text that a record or a worker kept.

    An English text is found in the catalogue as it is, or by a template that it fits. One that fits none is returned
    as it is.
    """
    code = language()
    if code == ENGLISH or not text:  # gettext takes an empty text for the catalogue's header
        return str(text)
    if isinstance(text, CountedText):
        template = _catalogue(code).ngettext(text.singular, text.template, text.number)
        return _filled(template, _translated_values(text.values))
    if isinstance(text, Text) and text.values:
        return _filled(_catalogue(code).gettext(text.template), _translated_values(text.values))
    return _recognised(code, str(text))


def message_of(error: BaseException) -> str:
    """Return an error's message, as a `Text` if it was raised with one."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def error_text(error: BaseException) -> str:
    """Return an error's message in the reader's language."""
    return translated(message_of(error))


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return template.format_map(values) if values else template


def _translated_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: translated(value) if isinstance(value, Text) else value for name, value in values.items()}


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [code])


class _Filled(str):
    """A value that was formatted already: a format or a conversion in the template changes nothing about it."""

    def __format__(self, _form: str) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


class _Template(NamedTuple):
    """A text in English; of one that counts things, one of its two forms."""

    text: str
    singular: str = ""  # of a text that counts things

    def filled(self, code: str, values: dict[str, str]) -> str:
        """Return it in another language, with its values."""
        if not self.singular:
            return _catalogue(code).gettext(self.text).format_map(values)
        count = values.setdefault("count", _Filled(1))  # "One digit" has no number
        number = int(re.sub(r"\D", "", count))
        return _catalogue(code).ngettext(self.singular, self.text, number).format_map(values)


def _recognised(code: str, text: str) -> str:
    if (found := _catalogue(code).gettext(text)) != text:
        return found
    for pattern, template in _patterns(code):
        if match := pattern.fullmatch(text):
            values: dict[str, str] = {
                name: _Filled(_recognised(code, value)) for name, value in match.groupdict().items()
            }
            return template.filled(code, values)
    return text


@cache
def _patterns(code: str) -> list[tuple[re.Pattern[str], _Template]]:
    """Return each template with placeholders, the ones with the most words of their own first."""
    found = [template for template in _templates(code) if template.singular or _PLACEHOLDER.search(template.text)]
    found = [template for template in found if _is_telling(template)]
    found.sort(key=lambda template: (-len(_PLACEHOLDER.sub("", template.text)), template))
    return [(_pattern(template), template) for template in found]


def _templates(code: str) -> Iterator[_Template]:
    """Yield the texts of a compiled catalogue, both forms of those that count things: gettext drops the plurals.

    Its format: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
    """
    content = Path(gettext.find(DOMAIN, LOCALE, [code]) or "").read_bytes()
    order = "<" if content.startswith(_LITTLE_ENDIAN) else ">"
    count, table = struct.unpack_from(f"{order}2I", content, 8)
    for place in range(table, table + 8 * count, 8):
        length, start = struct.unpack_from(f"{order}2I", content, place)
        forms = content[start : start + length].decode().split("\0")
        for form in forms:
            yield _Template(form, forms[0] if len(forms) > 1 else "")


def _is_telling(template: _Template) -> bool:
    values = [_value(template, name, form) for name, form in _PLACEHOLDER.findall(template.text)]
    letters = sum(map(str.isalpha, _PLACEHOLDER.sub("", template.text)))
    return letters >= _MIN_LETTERS or _ANYTHING not in values


def _value(template: _Template, name: str, form: str | None) -> str:
    """Return what a placeholder stands for, as a regular expression."""
    if template.singular and name == "count":
        return _COUNT
    return _NUMBER if _FORM_OF_NUMBER.fullmatch(form or "") else _ANYTHING


def _pattern(template: _Template) -> re.Pattern[str]:
    text, parts, end, seen = template.text, [], 0, set[str]()
    for match in _PLACEHOLDER.finditer(text):
        parts.append(re.escape(text[end : match.start()].replace("{{", "{").replace("}}", "}")))
        name, value = match[1], _value(template, match[1], match[2])
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{value})")
        seen.add(name)
        end = match.end()
    parts.append(re.escape(text[end:].replace("{{", "{").replace("}}", "}")))
    return re.compile("".join(parts), re.DOTALL)
