"""The versions of Python that DigitLab runs on. This module itself runs on any version of Python 3."""

import gettext
import sys
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)


def require_supported_python() -> None:
    """End the program with one sentence on any other version. Call it before the imports that would fail there."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        _ = gettext.translation("digitlab", str(Path(__file__).with_name("locale")), fallback=True).gettext
        found = "{}.{}".format(*sys.version_info[:2])
        sys.exit(_("DigitLab needs Python 3.11, 3.12 or 3.13, but this is Python {found}.").format(found=found))
