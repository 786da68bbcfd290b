"""Decodes a picture in a process of its own, which bounds the time and the memory that it takes.

That process gets the name and the content of a file on its standard input. It writes the picture as NumPy's `.npy`, or
the sentence that says why it was refused. It has no network, and may start no programs and write no files.

Peak memory for 8064 x 6048 pixels, of which Python itself takes 35 MB: JPEG 66 MB, as it is decoded at a quarter of its
size; progressive JPEG 195 MB, without chroma subsampling 342 MB; AVIF 470 MB; WebP 796 MB.

HEIC is read there alone: libheif and libde265, which do it, had gaps that let a picture run code (CVE-2026-84383).
"""

import sys

if __name__ == "__main__" and sys.platform != "win32":
    from digitlab import sandbox

    sandbox.leave_network()  # before NumPy starts threads

import io
import logging
import os
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.data.picture_decoding import FORMATS, MAX_SIDE, decode
from digitlab.errors import PictureUnreadable
from digitlab.settings import ROOT
from digitlab.translation import Text

SECONDS = 30  # by the clock; a photo of 48 megapixels takes one, on a busy machine a few
MEMORY = 1_500_000_000  # bytes; WebP, which takes most, needs 16 for each pixel
_AT_ONCE = 2  # processes
_MAX_WAIT = 60  # seconds to wait for others
_MAX_RESULT = 4 * MAX_SIDE**2 + 1000  # bytes
_REFUSED = 3  # exit status
_PRIORITY = 10  # is added to the process' niceness: pages come first
_slots = threading.BoundedSemaphore(_AT_ONCE)


def decode_apart(content: bytes, name: str, *, seconds: int = SECONDS, memory: int = MEMORY) -> NDArray[np.uint8]:
    """Decode a picture, HEIC and AVIF included, in a process of its own.

    Args:
        content: The content of its file.
        name: The name of the file in messages.
        seconds: The time that it may take, by the clock.
        memory: The bytes that it may take.

    Returns:
        As `picture_decoding.decode`.

    Raises:
        PictureUnreadable: As `picture_decoding.decode`, or it took more time or memory than is allowed, or other
            pictures are being opened.
    """
    if not _slots.acquire(timeout=_MAX_WAIT):
        raise PictureUnreadable(
            Text("{name} could not be opened, as others are opening large pictures. Try again later.", name=name)
        )
    try:
        with tempfile.TemporaryFile() as output:  # a pipe would hold as much as the process likes to send
            code = _run(content, name, output, seconds, memory)
            output.seek(0)
            result = output.read(_MAX_RESULT)
    finally:
        _slots.release()
    if code == _REFUSED:
        raise PictureUnreadable(result.decode(errors="replace")[:500])
    if code:
        logs.log("picture process crashed", code=code, level=logging.WARNING)
        raise PictureUnreadable(
            Text("{name} could not be opened: its decoder crashed. Save it as JPEG and try again.", name=name)
        )
    return _checked(result, name)


def _run(content: bytes, name: str, output: IO[bytes], seconds: int, memory: int) -> int:
    """Return the exit status of the process."""
    command = [sys.executable, "-P", "-m", "digitlab.data.picture_process", str(memory), str(seconds)]
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]), "OPENBLAS_NUM_THREADS": "1"}
    request = name.encode(errors="replace").replace(b"\n", b" ") + b"\n" + content
    try:
        return subprocess.run(
            command, input=request, stdout=output, stderr=subprocess.DEVNULL, env=environment, timeout=seconds
        ).returncode
    except subprocess.TimeoutExpired:
        raise PictureUnreadable(
            Text(
                "{name} took longer than {seconds} s to open. Make it smaller and try again.",
                name=name,
                seconds=seconds,
            )
        ) from None


def _checked(result: bytes, name: str) -> NDArray[np.uint8]:
    """Read the picture that the process returned; a hostile file may have taken it over."""
    try:
        picture: NDArray[np.uint8] = np.load(io.BytesIO(result), allow_pickle=False)
        is_picture = picture.dtype == np.uint8 and picture.shape[2:] == (4,) and min(picture.shape) > 0
    except (ValueError, EOFError, OSError, AttributeError):
        is_picture = False
    if not is_picture or max(picture.shape) > MAX_SIDE:
        raise PictureUnreadable(Text("{name} could not be opened. Save it as JPEG and try again.", name=name))
    return picture


def _main(memory: int, seconds: int) -> int:
    """Decode the picture on standard input; returns the exit status."""
    formats = (*FORMATS, "AVIF", *_registered_heif())
    if sys.platform != "win32":
        os.nice(_PRIORITY)
        sandbox.limit(memory, seconds)
        sandbox.confine(Path("/nonexistent"))
    name, content = sys.stdin.buffer.read().split(b"\n", 1)
    try:
        np.save(sys.stdout.buffer, decode(content, name.decode(), formats), allow_pickle=False)
    except PictureUnreadable as error:
        sys.stdout.buffer.write(str(error).encode())
        return _REFUSED
    return 0


def _registered_heif() -> tuple[str, ...]:
    """Let Pillow read HEIC, where the package for it is installed; return the names of the format."""
    try:
        import pillow_heif  # its libraries are loaded in this process alone
    except ImportError:
        return ()
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return ("HEIF",)


if __name__ == "__main__":
    sys.exit(_main(*map(int, sys.argv[1:])))
