"""The words of argparse itself, such as "usage", in the reader's language.

argparse asks gettext's usual domain for them, which is ours while a command runs.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager

from digitlab import translation
from digitlab.translation import ENGLISH, Text, plural_text

# What argparse of Python 3.11 to 3.13 asks for. It fills these in by %, so there are no placeholders of ours.
TEXTS = (
    Text("usage: "),
    Text("positional arguments"),
    Text("options"),
    Text("%(heading)s:"),
    Text("show this help message and exit"),
    Text("argument %(argument_name)s: %(message)s"),
    Text("the following arguments are required: %s"),
    Text("one of the arguments %s is required"),
    Text("unrecognized arguments: %s"),
    Text("not allowed with argument %s"),
    Text("ambiguous option: %(option)s could match %(matches)s"),
    Text("ignored explicit argument %r"),
    Text("unexpected option string: %s"),
    Text("invalid choice: %(value)r (choose from %(choices)s)"),
    Text("unknown parser %(parser_name)r (choices: %(choices)s)"),
    Text("invalid %(type)s value: %(value)r"),
    Text("expected one argument"),
    Text("expected at most one argument"),
    Text("expected at least one argument"),
    plural_text("expected %s argument", "expected %s arguments", 2),
)


@contextmanager
def translated() -> Iterator[None]:
    """Have argparse write in the reader's language within the block."""
    if translation.language() == ENGLISH:
        yield
        return
    before = gettext.textdomain()
    gettext.bindtextdomain(translation.DOMAIN, str(translation.LOCALE))
    gettext.textdomain(translation.DOMAIN)
    try:
        yield
    finally:
        gettext.textdomain(before)
