"""A file that is named on the command line."""

from pathlib import Path

from digitlab.errors import InvalidSetting
from digitlab.translation import Text


def read(path: Path, max_size: int) -> bytes:
    """Return a file's content; of a larger file, one byte more than allowed, so that its reader can tell.

    Raises:
        InvalidSetting: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(max_size + 1)
    except OSError as error:
        raise InvalidSetting(
            Text("{path} cannot be read: {reason}. Choose another file.", path=path, reason=error.strerror)
        ) from error
