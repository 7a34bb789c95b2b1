"""Pictures that a browser asks for by themselves, after their page: drawn once for a snapshot and kept in memory alone.

A page that shows pictures says so, which makes each of them part of the look that was recorded with the page.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Lock

KEPT = 256  # pictures of about 20 kB
SHOWN = 10_000
COMES_WITHIN = timedelta(minutes=1)


class Pictures:
    """The pictures of one portal; safe with threads. What names a picture holds the snapshot and the language too."""

    def __init__(self, clock: Callable[[], datetime], most: int = KEPT) -> None:
        self.clock, self.most = clock, most
        self.n_drawn = 0  # since the portal began
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Future[str]] = OrderedDict()
        self._shown: OrderedDict[Hashable, datetime] = OrderedDict()

    def get(self, what: Hashable, draw: Callable[[], str]) -> str:
        """The picture, drawn where it is not kept; who asks for one that is being drawn waits for it."""
        with self._lock:
            is_new = what not in self._kept
            future = self._kept.setdefault(what, Future())
            self._kept.move_to_end(what)
            self.n_drawn += is_new
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        if is_new:
            self._fill(what, future, draw)
        return future.result()

    def _fill(self, what: Hashable, future: Future[str], draw: Callable[[], str]) -> None:
        try:
            future.set_result(draw())
        except BaseException as error:  # noqa: BLE001 - whoever waits is told too, and the next one tries again
            with self._lock:
                self._kept.pop(what, None)
            future.set_exception(error)

    def show(self, who: Hashable, what: Hashable) -> None:
        """Say that somebody's page, which was recorded as a look, shows a picture."""
        with self._lock:
            self._shown[who, what] = self.clock()
            self._shown.move_to_end((who, what))
            while len(self._shown) > SHOWN:
                self._shown.popitem(last=False)

    def comes_with_page(self, who: Hashable, what: Hashable) -> bool:
        """Whether this is the one request that a page shown a moment ago makes for its picture."""
        with self._lock:
            shown_at = self._shown.pop((who, what), None)
        return shown_at is not None and self.clock() - shown_at <= COMES_WITHIN
