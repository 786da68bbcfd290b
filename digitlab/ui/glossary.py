"""Technical terms explained where they stand: in a widget's help, or within a sentence on hover, focus and touch.

`glossary_terms` has the terms. A page calls

    st.slider(_("Epochs"), 1, 10, help=glossary.help("epoch"))
    glossary.explained(_("One pass over all examples is an epoch."))
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import Literal

import streamlit as st

from digitlab.translation import language, translated
from digitlab.ui.glossary_terms import TERMS
from digitlab.ui.messages import escape_markdown

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_KINDS = {"text": "p", "caption": "small"}  # elements by the kind of a paragraph


def name(key: str) -> str:
    """Return a term's name with a capital at its start, in the reader's language."""
    found = translated(TERMS[key].name)
    return found[:1].upper() + found[1:]


def explanation(key: str) -> str:
    """Return a term's explanation in the reader's language."""
    return translated(TERMS[key].explanation)


def help(*keys: str, before: str = "") -> str:  # noqa: A001 - for what Streamlit calls so
    """Return the explanations of terms as Markdown, for the `help` of a widget, a heading or a figure.

    Args:
        keys: Keys of `TERMS`.
        before: A sentence of the page's own that comes first, translated, in Markdown.
    """
    lines = [f"**{escape_markdown(name(key))}**: {escape_markdown(explanation(key))}" for key in keys]
    return "\n\n".join([before, *lines] if before else lines)


def terms_in(*texts: str) -> list[str]:
    """Return the keys of the terms in translated texts, in the order in which they first occur."""
    pattern, keys = _matcher(language())
    return list(dict.fromkeys(keys[(match[1] or match[2]).lower()] for match in pattern.finditer("\n".join(texts))))


def explained(text: str, kind: Literal["text", "caption"] = "text") -> None:
    """Show a paragraph in which each known term has its explanation where it first occurs.

    Args:
        text: Translated; `**bold**` and blank lines between paragraphs are the only markup.
        kind: Whether it looks like a sentence of `st.markdown` or of `st.caption`.
    """
    tag, seen = _KINDS[kind], set[str]()
    paragraphs = [as_html(paragraph.replace("\n", " "), seen) for paragraph in text.split("\n\n")]
    # Not by `st.html`, which comes later than other text, and moves what is below it. Within a block of HTML, Markdown
    # is not interpreted.
    html = "".join(f"<{tag}>{part}</{tag}>" for part in paragraphs)
    st.markdown(f"<div class='digitlab-prose'>{html}</div>", unsafe_allow_html=True)


def listed(keys: Iterable[str]) -> None:
    """List terms with their explanations, in the order given."""
    rows = (f"<div><dt>{escape(name(key))}</dt><dd>{escape(explanation(key))}</dd></div>" for key in keys)
    st.html(f"<dl class='digitlab-glossary'>{''.join(rows)}</dl>")


def as_html(text: str, seen: set[str] | None = None) -> str:
    """Return a text, escaped, as HTML in which each known term has its explanation where it first occurs.

    Args:
        text: Translated; `**bold**` is the only markup.
        seen: Keys of terms that were explained before; those found are added.
    """
    known = set[str]() if seen is None else seen
    pattern, keys = _matcher(language())
    parts, end = [], 0
    for match in pattern.finditer(text):
        key = keys[(match[1] or match[2]).lower()]
        if key in known:
            continue
        known.add(key)
        parts += [escape(text[end : match.start()]), _term(key, match[0], text)]
        end = match.end()
    return _BOLD.sub(r"<strong>\1</strong>", "".join([*parts, escape(text[end:])]))


def listen() -> None:
    """Let explanations be closed by Escape, opened by a touch, and stay within the window; call it once a page."""
    _listener(key="glossary-listener", height="content")


def _term(key: str, shown: str, text: str) -> str:
    place = f"term-{key}-{zlib.crc32(text.encode()):x}"
    tip = f"<span class='digitlab-tip' role='tooltip' id='{place}'>{escape(explanation(key))}</span>"
    return f"<dfn class='digitlab-term' tabindex='0' aria-describedby='{place}'>{escape(shown)}{tip}</dfn>"


@cache
def _matcher(_language: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return what matches the terms in the reader's language, and the terms' keys by what is matched.

    Names match as words of their own, the longest first. One in Latin letters may have an s at its end; in Korean a
    particle may follow at once.
    """
    keys: dict[str, str] = {}
    for key, term in TERMS.items():
        for form in (term.name, *term.others):
            keys.setdefault(translated(form).lower(), key)
    forms = sorted(keys, key=lambda form: (-len(form), form))
    latin = "|".join(re.escape(form) for form in forms if form[-1].isascii())
    other = "|".join(re.escape(form) for form in forms if not form[-1].isascii())
    either = rf"({latin})s?(?![a-z0-9])" + (f"|({other})" if other else "|(?!)()")
    return re.compile(rf"(?<!\w)(?:{either})", re.IGNORECASE), keys


# Without this script explanations show on hover and focus all the same.
_listener = st.components.v2.component(
    "digitlab_glossary",
    js="""
const MARGIN = 8  // pixels to the edges of the window
const termOf = (event) => event.target.closest?.(".digitlab-term")

function place(term) {
  const tip = term.querySelector(".digitlab-tip")
  term.classList.remove("below")
  term.style.setProperty("--digitlab-shift", "0px")
  const at = tip.getBoundingClientRect()
  const over = Math.max(0, at.right - (document.documentElement.clientWidth - MARGIN))
  term.style.setProperty("--digitlab-shift", `${Math.max(-over, MARGIN - at.left)}px`)
  if (at.top < MARGIN + 56) term.classList.add("below")
}

function open(term) {
  term.classList.remove("closed")
  place(term)
}

function listen() {
  const end = new AbortController()
  const on = (name, act) => document.addEventListener(name, act, { capture: true, signal: end.signal })
  const enter = (event) => {
    const term = termOf(event)
    if (term && !term.contains(event.relatedTarget)) open(term)
  }
  on("pointerover", enter)
  on("focusin", enter)
  on("click", (event) => {
    const term = termOf(event)
    if (term) open(term)
  })
  on("keydown", (event) => {
    if (event.key !== "Escape") return
    for (const term of document.querySelectorAll(".digitlab-term:hover, .digitlab-term:focus"))
      term.classList.add("closed")
  })
  return end
}

const listening = new WeakMap()
export default function ({ parentElement }) {
  if (!listening.has(parentElement)) listening.set(parentElement, listen())
  return () => {
    listening.get(parentElement)?.abort()
    listening.delete(parentElement)
  }
}
""",
)
