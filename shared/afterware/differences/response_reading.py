"""The response object: reading it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from .. import body
from .record import Difference, Probe, difference
from .stage import At, Facts, attempt, attempt_async

__all__ = ["DIFFERENCES"]


def reading(
    ported: Callable[[Any], Any],
    portable: Callable[[Any], Any],
    answer: Any = "Hello",
    mimetype: str = "text/plain",
) -> Probe:
    """A probe of what a hook reads from a response, on a page of the app and on an error page.

    :param ported: reads as one does on Flask.
    :param portable: a coroutine function that reads as Afterware does.
    :param answer: what the view answers.
    """

    def probe(at: At) -> Facts:
        stage = at.stage(lambda: (answer, {"Content-Type": mimetype}))
        found: list[str] = []

        def hook(response: Any) -> Any:
            found.append(attempt(lambda: ported(response)))
            return response

        async def portable_hook(response: Any) -> Any:
            found.append(await attempt_async(lambda: portable(response)))
            return response

        stage.after_request(hook, portable_hook)
        ok = stage.ask()
        missing = stage.ask("/missing")
        for name, answered, read in zip(("200", "404"), (ok, missing), found, strict=True):
            stage.facts[f"on a {name}"] = (
                _short(read) if answered.error is None else answered.outcome
            )
        return stage.facts

    return probe


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:16]}..."


get_data = difference(
    "AW101",
    "response.get_data() gives a coroutine",
    flask="on a 200: b'Hello'; on a 404: b'<!doctype html...",
    quart="on a 200: a coroutine; on a 404: b'<!doctype html...",
    bound="on a 200: b'Hello'; on a 404: b'<!doctype html...",
    bites="silently",
    whom="every hook that reads the body: a coroutine is true, has a repr, and only len() fails",
    remedy="make the hook async def and read with `await body.read(response)`",
    needs=("await-response",),
    before="""
        @app.after_request
        def checksum(response):
            response.headers["X-Sum"] = sha256(response.get_data()).hexdigest()
            return response
    """,
    after="""
        @hooks.after_request
        async def checksum(response):
            response.headers["X-Sum"] = sha256(await body.read(response)).hexdigest()
            return response
    """,
    see=("https://github.com/pallets/quart/issues/288",),
)(reading(lambda r: r.get_data(), body.read))

data = difference(
    "AW102",
    "reading response.data gives a coroutine",
    flask="on a 200: b'Hello'; on a 404: b'<!doctype html...",
    quart="on a 200: a coroutine; on a 404: b'<!doctype html...",
    bound="on a 200: b'Hello'; on a 404: b'<!doctype html...",
    bites="silently",
    whom="hooks that log, sign or test the body; assigning response.data is the same on both",
    remedy="`await body.read(response)`",
    needs=("await-response",),
    see=("https://github.com/pallets/quart/issues/288",),
)(reading(lambda r: r.data, body.read))

json = difference(
    "AW103",
    "response.json and response.get_json() give a coroutine",
    flask="on a 200: {'a': 1}; on a 404: None",
    quart="on a 200: a coroutine; on a 404: None",
    bound="on a 200: {'a': 1}; on a 404: None",
    bites="silently",
    whom="hooks that look into JSON: `(response.get_json(silent=True) or {}).get(...)` fails, a"
    " truth test passes",
    remedy="`await body.read_json(response)`",
    needs=("await-response",),
)(reading(lambda r: r.get_json(), body.read_json, {"a": 1}, "application/json"))


@difference(
    "AW104",
    "awaiting get_data() fails on error responses",
    flask="of a 200: 500; of a 404: 500",
    quart="of a 200: 200; of a 404: 500",
    bound="of a 200: 200; of a 404: 404",
    bites="on some paths",
    whom="hooks that were ported by adding await: each 404 becomes a 500",
    remedy="`await body.read(response)`, which takes both classes",
    needs=("await-response",),
    see=("https://github.com/pallets/quart/issues/288",),
)
def awaited(at: At) -> Facts:
    stage = at.stage()

    async def ported(response: Any) -> Any:
        await response.get_data()
        return response

    async def portable(response: Any) -> Any:
        await body.read(response)
        return response

    stage.after_request(ported, portable)
    return {"of a 200": stage.ask().outcome, "of a 404": stage.ask("/missing").outcome}


@difference(
    "AW105",
    "add_etag() without await sets no ETag",
    flask="status: 200; ETag: yes",
    quart="status: 200; ETag: no",
    bound="status: 200; ETag: yes",
    bites="silently",
    whom="hooks that add validators: every answer is sent in full for ever after",
    remedy="`await body.add_etag(response)`",
    needs=("await-response",),
)
def add_etag(at: At) -> Facts:
    stage = at.stage()

    def ported(response: Any) -> Any:
        response.add_etag()
        return response

    async def portable(response: Any) -> Any:
        await body.add_etag(response)
        return response

    stage.after_request(ported, portable)
    answer = stage.ask()
    return {"status": answer.outcome, "ETag": "yes" if answer.all("ETag") else "no"}


@difference(
    "AW106",
    "make_conditional() without await gives no 304",
    flask="the response returned: 304; its result returned: 304",
    quart="the response returned: 200; its result returned: no answer (AttributeError)",
    bound="the response returned: 304; its result returned: 304",
    bites="silently",
    whom="hooks for conditional requests; where its result is returned, no answer is sent at all",
    remedy="`await body.make_conditional(response)`",
    needs=("await-response",),
    before="""
        @app.after_request
        def conditional(response):
            response.add_etag()
            return response.make_conditional(request)
    """,
    after="""
        @hooks.after_request
        async def conditional(response):
            await body.add_etag(response)
            await body.make_conditional(response)
            return response
    """,
)
def make_conditional(at: At) -> Facts:
    facts = {}
    for returned in (False, True):
        stage = at.stage()

        def ported(response: Any, returned: bool = returned, at: At = at) -> Any:
            response.set_etag("a")
            result = response.make_conditional(at.host.request)
            return result if returned else response

        async def portable(response: Any) -> Any:
            response.set_etag("a")
            await body.make_conditional(response)
            return response

        stage.after_request(ported, portable)
        name = "its result returned" if returned else "the response returned"
        facts[name] = stage.ask(headers={"If-None-Match": '"a"'}).outcome
    return facts


@difference(
    "AW107",
    "freeze() without await leaves the response as it was",
    flask="Content-Length of a stream: 2",
    quart="Content-Length of a stream: none",
    bound="Content-Length of a stream: 2",
    bites="silently",
    whom="hooks that freeze a response to cache or to pickle it",
    remedy="`await body.read(response, buffer=True)`, which holds the body from then on",
    needs=("await-response",),
)
def freeze(at: At) -> Facts:
    stage = at.stage(lambda: (each for each in ("a", "b")))

    def ported(response: Any) -> Any:
        response.freeze()
        return response

    async def portable(response: Any) -> Any:
        await body.read(response, buffer=True)
        return response

    stage.after_request(ported, portable)
    return {"Content-Length of a stream": stage.ask().header("Content-Length")}


@difference(
    "AW108",
    "get_json(silent=...) of a body that does not parse is inverted",
    flask="silent=True: None; silent=False: raises",
    quart="silent=True: raises; silent=False: None",
    bound="silent=True: None; silent=False: raises",
    bites="on some paths",
    whom="hooks that were ported with await and meet a body that is not what its Content-Type says",
    remedy="`await body.read_json(response, silent=True)`",
    needs=("await-response",),
    defect="Quart, up to 0.23.1 at least: the two branches are swapped in Response.get_json",
)
def bad_json(at: At) -> Facts:
    facts = {}
    for silent in (True, False):
        stage = at.stage(lambda: ("{", {"Content-Type": "application/json"}))
        found: list[str] = []

        def ported(
            response: Any, silent: bool = silent, found: list[str] = found, at: At = at
        ) -> Any:
            found.append(attempt(lambda: response.get_json(silent=silent)))
            return response

        async def awaiting(response: Any, silent: bool = silent, found: list[str] = found) -> Any:
            found.append(await attempt_async(lambda: response.get_json(silent=silent)))
            return response

        async def portable(response: Any, silent: bool = silent, found: list[str] = found) -> Any:
            found.append(await attempt_async(lambda: body.read_json(response, silent=silent)))
            return response

        stage.after_request(awaiting if at.asynchronous else ported, portable)
        stage.ask()
        facts[f"silent={silent}"] = _parse_error(found[0])
    return facts


def _parse_error(name: str) -> str:
    # Which subclass of ValueError it is depends on the provider.
    return "raises" if name in ("JSONDecodeError", "BadRequest", "ValueError") else name


@difference(
    "AW109",
    "response.data += ... reads before it writes",
    flask="body: Hello!; Content-Length: 6",
    quart="body: 500; Content-Length: -",
    bound="body: Hello!; Content-Length: 6",
    bites="loudly",
    whom="hooks that append to a page, for a toolbar or a script",
    remedy="`body.replace(response, await body.read(response) + more)`",
    needs=("await-response",),
)
def append(at: At) -> Facts:
    stage = at.stage()

    def ported(response: Any) -> Any:
        response.data += b"!"
        return response

    async def portable(response: Any) -> Any:
        body.replace(response, await body.read(response) + b"!")
        return response

    stage.after_request(ported, portable)
    answer = stage.ask()
    sent = answer.body.decode() if answer.status == 200 else answer.outcome
    return {
        "body": sent,
        "Content-Length": answer.header("Content-Length") if answer.status == 200 else "-",
    }


make_sequence = difference(
    "AW121",
    "make_sequence() without await does nothing",
    flask="on a 200: None; on a 404: None",
    quart="on a 200: a coroutine; on a 404: None",
    bound="on a 200: None; on a 404: None",
    bites="silently",
    whom="hooks that buffer a stream before they look at it",
    remedy="`await body.read(response, buffer=True)`",
    needs=("await-response",),
)(reading(lambda r: r.make_sequence(), lambda r: _buffered(r)))


async def _buffered(response: Any) -> None:
    await body.read(response, buffer=True)


@difference(
    "AW124",
    "the response is handed to code that was made for Flask's",
    flask="compressed: 200",
    quart="compressed: 500",
    bound="compressed: 200",
    bites="silently",
    whom="hooks that pass the response to a library: no checker can see what that reads",
    remedy="read with body in the hook, and hand over bytes and headers",
    needs=("undecided",),
    see=("https://github.com/pallets/quart/issues/288",),
)
def handed_on(at: At) -> Facts:
    stage = at.stage("Hello" * 100)

    def library(response: Any) -> bytes:
        return gzip.compress(response.get_data(), mtime=0)

    def library_of_bytes(data: bytes) -> bytes:
        return gzip.compress(data, mtime=0)

    def ported(response: Any) -> Any:
        response.set_data(library(response))
        return response

    async def portable(response: Any) -> Any:
        body.replace(response, library_of_bytes(await body.read(response)))
        return response

    stage.after_request(ported, portable)
    answer = stage.ask()
    return {"compressed": answer.outcome}


@difference(
    "AW134",
    "get_data() of a file is refused by Flask, loaded by Quart",
    flask="read: RuntimeError",
    quart='read: b\'"""The respons...',
    bound="read: BodyStreamedError",
    bites="silently",
    whom="hooks that read every body: downloads are held in memory, all at once",
    remedy="ask `body.is_streaming(response)` first; body.read refuses a file unless buffer=True",
)
def of_a_file(at: At) -> Facts:
    stage = at.stage(lambda: at.host.send_file(__file__))
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(attempt(response.get_data))
        return response

    async def awaiting(response: Any) -> Any:
        found.append(await attempt_async(response.get_data))
        return response

    async def portable(response: Any) -> Any:
        found.append(await attempt_async(lambda: body.read(response)))
        return response

    stage.after_request(awaiting if at.asynchronous else ported, portable)
    stage.ask()
    return {"read": _short(found[0])}


@difference(
    "AW135",
    "get_data() of a generator sets no Content-Length",
    flask="body: ab; Content-Length: 2",
    quart="body: ab; Content-Length: none",
    bound="body: ab; Content-Length: 2",
    bites="silently",
    whom="hooks that read streams: what was buffered is sent in chunks all the same",
    remedy="`await body.read(response, buffer=True)` sets it on both",
)
def of_a_generator(at: At) -> Facts:
    stage = at.stage(lambda: (each for each in ("a", "b")))

    def ported(response: Any) -> Any:
        response.get_data()
        return response

    async def awaiting(response: Any) -> Any:
        await response.get_data()
        return response

    async def portable(response: Any) -> Any:
        await body.read(response, buffer=True)
        return response

    stage.after_request(awaiting if at.asynchronous else ported, portable)
    answer = stage.ask()
    return {"body": answer.body.decode(), "Content-Length": answer.header("Content-Length")}


@difference(
    "AW133",
    "the ETag of the same body is another",
    flask='ETag of Hello: "f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0"',
    quart='ETag of Hello: "8b1a9953c4611296a827abf8c47804d7"',
    bound='ETag of Hello: "f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0"',
    bites="silently",
    whom="fleets that serve both at once behind a cache or a balancer, and clients' caches on the"
    " day of the move: nothing validates, everything is sent again",
    remedy="`await body.add_etag(response)`",
)
def etag(at: At) -> Facts:
    stage = at.stage()

    def ported(response: Any) -> Any:
        response.add_etag()
        return response

    async def awaiting(response: Any) -> Any:
        await response.add_etag()
        return response

    async def portable(response: Any) -> Any:
        await body.add_etag(response)
        return response

    stage.after_request(awaiting if at.asynchronous else ported, portable)
    return {"ETag of Hello": stage.ask().header("ETag")}


@difference(
    "AW136",
    "the Content-Length of an OPTIONS answer, as a hook sees it",
    flask="length: None",
    quart="length: 0",
    bound="length: 0",
    bites="on some paths",
    whom="hooks that skip what has no length, and meet OPTIONS or a preflight",
    remedy="do not ask for content_length; `len(await body.read(response))` is 0 on both",
)
def options(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(str(response.content_length))
        return response

    async def portable(response: Any) -> Any:
        found.append(str(len(await body.read(response))))
        return response

    stage.after_request(ported, portable)
    stage.ask(method="OPTIONS")
    return {"length": found[0]}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
