"""How long a connection may take to say what it wants: uvicorn by itself waits for ever for the end of a header.

The time between pieces of a body is bounded in `limits`, the time between requests by uvicorn.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 10.0


class Impatient(H11Protocol):
    """A connection that is closed where a request's header has not come whole in time."""

    seconds = SECONDS

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first header."""
        super().connection_made(transport)
        self._header_due: asyncio.TimerHandle | None = self.loop.call_later(self.seconds, self._give_up)

    def data_received(self, data: bytes) -> None:
        """Wait no longer once a header is whole; a next one, begun and not whole, is waited for anew."""
        super().data_received(data)
        is_waiting = self.cycle is None or self.cycle.response_complete
        if not is_waiting:
            self._stop_waiting()
        elif self._header_due is None:
            self._header_due = self.loop.call_later(self.seconds, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._header_due is not None:
            self._header_due.cancel()
            self._header_due = None

    def _give_up(self) -> None:
        self._header_due = None
        if not self.transport.is_closing():
            self.transport.close()
