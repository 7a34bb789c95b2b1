"""What a request may cost before anything reads it: its size, its slowness, how often one address tries to sign in."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS_A_PIECE = 30.0
LEAST_BYTES_A_SECOND = 1_000  # of a body on the whole: less is a trickle
FORM_BYTES = 1_000_000  # what comes with a file, or a form without one
MAX_ADDRESSES = 10_000


TOO_LARGE, TOO_SLOW = 413, 408


class BodyRefusedError(Exception):
    """The body is larger than the page takes, or comes too slowly: `status` says which."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LimitBody:
    """Refuse a body beyond a size (413), or one that comes too slowly (408), before it is kept.

    Too slowly: a piece that keeps `seconds_a_piece` waiting, or on the whole under LEAST_BYTES_A_SECOND.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: Callable[[], int],
        refuse: Callable[[Scope, int], ASGIApp],
        seconds_a_piece: float = SECONDS_A_PIECE,
    ) -> None:
        self.app, self.max_bytes, self.refuse, self.seconds = app, max_bytes, refuse, seconds_a_piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes; where the limit is passed, answer as `refuse` gives for the status."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        limit = self.max_bytes() + FORM_BYTES
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            await self.refuse(scope, TOO_LARGE)(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, self._counted(receive, limit), watched)
        except BodyRefusedError as error:
            if not has_begun:
                await self.refuse(scope, error.status)(scope, receive, send)

    def _counted(self, receive: Receive, limit: int) -> Receive:
        """Receive, as long as the body is within its size and time."""
        read, begun = 0, time.monotonic()

        async def counted() -> Message:
            nonlocal read
            try:
                message = await asyncio.wait_for(receive(), self.seconds)
            except TimeoutError:
                raise BodyRefusedError(TOO_SLOW) from None
            read += len(message.get("body", b""))
            if time.monotonic() - begun > self.seconds + read / LEAST_BYTES_A_SECOND and message.get("more_body"):
                raise BodyRefusedError(TOO_SLOW)
            if read > limit:
                raise BodyRefusedError(TOO_LARGE)
            return message

        return counted


class Attempts:
    """How often a key (an address) tried something in the last while; flat in memory."""

    def __init__(self, allowed: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.allowed, self.seconds, self.clock = allowed, seconds, clock
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def is_too_often(self, key: str) -> bool:
        """Count one try and say whether it is one too many."""
        now = self.clock()
        tries = self._tries.setdefault(key, deque(maxlen=self.allowed + 1))
        self._tries.move_to_end(key)
        while len(self._tries) > MAX_ADDRESSES:
            self._tries.popitem(last=False)
        tries.append(now)
        return len(tries) > self.allowed and now - tries[0] < self.seconds
