"""What a request may cost: a body too large or too slow is refused before it is kept."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import Response

from portal.limits import FORM_BYTES, Attempts, LimitBody


def answer_to(pieces: list[bytes], pause: float = 0.0, length: int | None = None) -> tuple[int, int]:
    """The status, and how many bytes the page saw."""
    seen, sent = 0, []

    async def page(_scope: Any, receive: Any, send: Any) -> None:
        nonlocal seen
        more = True
        while more:
            message = await receive()
            seen += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def body() -> AsyncIterator[dict[str, Any]]:
        for number, piece in enumerate(pieces, start=1):
            await asyncio.sleep(pause)
            yield {"type": "http.request", "body": piece, "more_body": number < len(pieces)}

    async def talk() -> None:
        messages = body()
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": "POST", "headers": headers}

        async def send(message: Any) -> None:
            sent.append(message)

        await LimitBody(page, lambda: 10, lambda _scope, status: Response(status_code=status), seconds_a_piece=0.05)(
            scope, messages.__anext__, send
        )

    asyncio.run(talk())
    return sent[0]["status"], seen


@pytest.mark.parametrize(
    ("pieces", "pause", "length", "status"),
    [
        ([b"x" * 10, b"y"], 0.0, None, 200),
        ([b"x" * FORM_BYTES, b"y" * 11, b"z"], 0.0, None, 413),
        ([b"x"], 0.0, FORM_BYTES + 11, 413),
        ([b"x", b"y"], 0.2, None, 408),
        ([b"x"] * 9, 0.03, None, 408),
    ],
    ids=["small", "grows too large", "says it is too large", "too slow", "trickles"],
)
def test_a_body_is_taken_or_refused(pieces: list[bytes], pause: float, length: int | None, status: int) -> None:
    told, seen = answer_to(pieces, pause, length)
    assert told == status
    assert seen <= FORM_BYTES + 10


def test_tries_are_counted_for_a_while_only() -> None:
    now = 0.0
    attempts = Attempts(2, 60, clock=lambda: now)
    assert [attempts.is_too_often("a") for _ in range(3)] == [False, False, True]
    assert not attempts.is_too_often("b")
    now = 61.0
    assert not attempts.is_too_often("a")
