"""Opens the storage for a folder or an address."""

from pathlib import Path

from digitlab.errors import InvalidSetting
from digitlab.storage.folder import Folder
from digitlab.storage.remote import Remote
from digitlab.storage.storage import Storage
from digitlab.translation import Text


def open_storage(place: Path | str, *folders: str) -> Storage:
    """Return the storage at a folder or address, or in a subfolder. Nothing is opened or created yet."""
    if isinstance(place, Path):
        return Folder(place.joinpath(*folders))
    return Remote("/".join([place.rstrip("/"), *folders]))


def as_place(value: str, variable: str) -> Path | str:
    """Return an absolute folder, or an address that fsspec knows.

    Raises:
        InvalidSetting: naming the variable, and what is to be installed or written.
    """
    protocol, is_address, rest = value.partition("://")
    if not is_address:
        return Path(value).expanduser().absolute()
    if protocol in ("file", "local"):
        return Path(rest).absolute()
    import fsspec

    try:
        fsspec.get_filesystem_class(protocol)
    except ImportError as error:  # the message names the package
        raise InvalidSetting(
            Text(
                "{variable} begins with {protocol}://, which needs another package: {reason}.",
                variable=variable,
                protocol=protocol,
                reason=str(error),
            )
        ) from error
    except ValueError as error:
        raise InvalidSetting(
            Text(
                "{variable} begins with {protocol}://, which fsspec does not know. Write a folder, or an "
                "address such as s3://bucket/folder.",
                variable=variable,
                protocol=protocol,
            )
        ) from error
    if not rest.strip("/"):
        raise InvalidSetting(
            Text(
                "{variable} is {value!r}, which names no folder. Write something like {protocol}://x/y.",
                variable=variable,
                value=value,
                protocol=protocol,
            )
        )
    return value
