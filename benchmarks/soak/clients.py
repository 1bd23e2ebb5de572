"""Clients of a twin that add notes and read, and that leave in the middle of it, at random."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from .ledger import Ledger

__all__ = ["drive"]

# Seconds after which an answer is taken for lost.
_ANSWER_SECONDS: Final = 30
# How long, in seconds, a client that is about to leave waits at most.
_LEAVE_SECONDS: Final = 0.1
# How often, in seconds, is seen whether it has been enough.
_LOOK_SECONDS: Final = 0.05
# What a client does next, and how often out of all.
_ACTS: Final = {
    "add": 60,
    "list": 20,
    "add and leave": 10,
    "half a body": 4,
    "much unread": 3,
    "stream": 3,
}


async def drive(
    port: int,
    clients: int,
    ledger: Ledger,
    rng: random.Random,
    seconds: float,
    enough: Callable[[], bool] = lambda: False,
) -> None:
    """Have clients ask for a while, and then leave all at once, wherever they are.

    :param port: where the twin listens on loopback.
    :param clients: how many.
    :param ledger: what they keep.
    :param rng: decides what they do.
    :param seconds: for how long.
    :param enough: ends it sooner, as soon as this is true.
    """
    tasks = [
        asyncio.create_task(_client(port, ledger, random.Random(rng.random())))  # noqa: S311
        for _ in range(clients)
    ]
    until = monotonic() + seconds
    done: set[asyncio.Task[None]] = set()
    while not done and not enough() and (left := until - monotonic()) > 0:
        done, _ = await asyncio.wait(
            tasks, timeout=min(left, _LOOK_SECONDS), return_when=asyncio.FIRST_EXCEPTION
        )
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _client(port: int, ledger: Ledger, rng: random.Random) -> None:
    """Connect, ask, and connect anew, until cancelled."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError as error:
            ledger.faults[f"no connection: {type(error).__name__}"] += 1
            await asyncio.sleep(_LEAVE_SECONDS)
            continue
        try:
            await _visit(_Connection(reader, writer), ledger, rng)
        finally:
            # Not a clean end: what the twin sends from now on finds nobody.
            writer.transport.abort()


async def _visit(connection: _Connection, ledger: Ledger, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 20)):
        (act,) = rng.choices(list(_ACTS), list(_ACTS.values()))
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if await _DO[act](connection, ledger, rng):
                    return
        except TimeoutError:
            ledger.faults["time-out"] += 1
            return
        except (OSError, EOFError, ValueError, LookupError) as error:
            ledger.faults[f"{act}: {type(error).__name__}"] += 1
            return


class _Connection:
    """A connection that is kept open, as HTTP/1.1 has it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.closes = False

    async def send(self, method: str, path: str, body: str = "", **headers: str) -> None:
        head = {"Host": "localhost", **headers}
        if body:
            head |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in head.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        await self._writer.drain()

    async def write(self, text: str) -> None:
        self._writer.write(text.encode())
        await self._writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        """The status and the body of an answer, whole."""
        status, headers = await self._head()
        if headers.get("transfer-encoding") == "chunked":
            return status, await self._chunks()
        return status, await self._reader.readexactly(int(headers["content-length"]))

    async def _head(self) -> tuple[int, dict[str, str]]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        self.closes = headers.get("connection", "").lower() == "close"
        return int(first.split()[1]), headers

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return body


# Each does one thing, and says whether the client leaves after it.


async def _add(connection: _Connection, ledger: Ledger, _: random.Random) -> bool:
    text = ledger.new_text()
    await _post(connection, text)
    status, body = await connection.answer()
    if status == 201:
        ledger.answered[text] = json.loads(body)["id"]
    else:
        ledger.faults[f"POST /notes: status {status}"] += 1
    return connection.closes


async def _list(connection: _Connection, ledger: Ledger, _: random.Random) -> bool:
    return await _get(connection, ledger, "/notes")


async def _stream(connection: _Connection, ledger: Ledger, _: random.Random) -> bool:
    return await _get(connection, ledger, "/stream")


async def _get(connection: _Connection, ledger: Ledger, path: str) -> bool:
    await connection.send("GET", path)
    status, _ = await connection.answer()
    if status != 200:
        ledger.faults[f"GET {path}: status {status}"] += 1
    return connection.closes


async def _add_and_leave(connection: _Connection, ledger: Ledger, rng: random.Random) -> bool:
    await _post(connection, ledger.new_text())
    await asyncio.sleep(rng.uniform(0, _LEAVE_SECONDS))
    return True


async def _half_a_body(connection: _Connection, ledger: Ledger, rng: random.Random) -> bool:
    body = json.dumps({"text": ledger.new_text()})
    head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    half = body[: rng.randrange(len(body))]
    await connection.write(f"POST /notes HTTP/1.1\r\nHost: localhost\r\n{head}{half}")
    await asyncio.sleep(rng.uniform(0, _LEAVE_SECONDS))
    return True


async def _much_unread(connection: _Connection, _: Ledger, rng: random.Random) -> bool:
    await connection.send("GET", "/json/1048576")
    await asyncio.sleep(rng.uniform(0, _LEAVE_SECONDS))
    return True


async def _post(connection: _Connection, text: str) -> None:
    await connection.send("POST", "/notes", json.dumps({"text": text}), **{"X-Request-Id": text})


_DO: Final[dict[str, Callable[..., Any]]] = {
    "add": _add,
    "list": _list,
    "add and leave": _add_and_leave,
    "half a body": _half_a_body,
    "much unread": _much_unread,
    "stream": _stream,
}
