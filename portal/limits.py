"""What a request may cost before anything reads it: its size, its slowness, how often one address tries to sign in."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS_A_PIECE = 30.0
LEAST_BYTES_A_SECOND = 1_000  # of a body on the whole: less is a trickle
FORM_BYTES = 1_000_000  # what comes with a file, or a form without one
CLOSE = {"connection": "close"}  # nobody listens to the rest of a body that was refused
MAX_ADDRESSES = 10_000


class TooMuchError(Exception):
    """The body is larger than the page takes, or comes too slowly."""


class LimitBody:
    """Refuse a body beyond a size (413), or one that comes too slowly (408), before it is kept.

    Too slowly: a piece that keeps `seconds_a_piece` waiting, or on the whole under LEAST_BYTES_A_SECOND.
    """

    def __init__(self, app: ASGIApp, max_bytes: Callable[[], int], seconds_a_piece: float = SECONDS_A_PIECE) -> None:
        self.app, self.max_bytes, self.seconds = app, max_bytes, seconds_a_piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes; an answer of ours where the limit is passed."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        limit, read, begun = self.max_bytes() + FORM_BYTES, 0, time.monotonic()
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            await PlainTextResponse("Too large.", 413, CLOSE)(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal read
            message = await asyncio.wait_for(receive(), self.seconds)
            read += len(message.get("body", b""))
            if time.monotonic() - begun > self.seconds + read / LEAST_BYTES_A_SECOND and message.get("more_body"):
                raise TimeoutError
            if read > limit:
                raise TooMuchError
            return message

        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except (TooMuchError, TimeoutError) as error:
            if not has_begun:
                status = 413 if isinstance(error, TooMuchError) else 408
                text = "Too large." if status == 413 else "Too slow."
                await PlainTextResponse(text, status, CLOSE)(scope, receive, send)


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
