"""A person's moving pen: asks for readings as the first page's script does, never for the next one before an answer."""

import asyncio
import statistics
import time
import urllib.error
import urllib.request
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from digitlab.ui.reading_address import reading_address

_SOONEST, _SLOW, _REST, _FEW = (
    0.05,
    0.4,
    30.0,
    5,
)  # seconds, and a number of answers, as in `digitlab/ui/live_reading.py`
_PATIENCE = 2.0  # seconds
_POOL = ThreadPoolExecutor(64)  # people at most


class MovingPen:
    """Asks while the pen moves; it rests where most of the last answers were slow or refused.

    Attributes:
        readings: How many answers came.
        refused: How often the server was busy.
    """

    def __init__(self, url: str) -> None:
        self.readings = self.refused = 0
        self._address = f"{url}{reading_address()}?network=handwriting"
        self._last: deque[float] = deque(maxlen=_FEW)  # seconds
        self._rests_until = 0.0

    async def move(self, picture: bytes, seconds: float) -> None:
        """Move the pen for so long, while the canvas shows a picture, a PNG file."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if now < self._rests_until:
                await asyncio.sleep(end - now)
                return
            is_read = await asyncio.get_running_loop().run_in_executor(_POOL, self._ask, picture)
            took = time.monotonic() - now
            self._last.append(took if is_read else _PATIENCE)
            if len(self._last) == _FEW and statistics.median(self._last) > _SLOW:
                self._rests_until = time.monotonic() + _REST
                self._last.clear()
            await asyncio.sleep(max(_SOONEST - took, min(took / 4, _SLOW)))

    def _ask(self, picture: bytes) -> bool:
        request = urllib.request.Request(self._address, picture, {"content-type": "image/png"})  # noqa: S310, of this machine
        try:
            urllib.request.urlopen(request, timeout=_PATIENCE).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            self.refused += 1
            return False
        except TimeoutError:
            return False
        self.readings += 1
        return True
