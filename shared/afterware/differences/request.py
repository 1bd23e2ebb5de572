"""The request, the context and the helpers: what the client sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import received, request
from .record import Difference, Probe, difference
from .stage import At, Facts, attempt, attempt_async

__all__ = ["DIFFERENCES", "calling"]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


JSON = {"Content-Type": "application/json"}


FILES = {"Content-Type": "multipart/form-data; boundary=x"}


ONE_FILE = (
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nHello\r\n--x--\r\n"
)


def calling(
    ported: Callable[[Any], Any],
    portable: Callable[[], Any],
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Probe:
    """A probe of what a hook gets from the host.

    :param ported: given the module of the host, does as one does on Flask.
    :param portable: a coroutine function that does it as Afterware does.
    """

    def probe(at: At) -> Facts:
        stage = at.stage(SECRET_KEY="probe")
        stage.view(lambda: "Hello", "/posted", methods=["POST"])
        found: list[str] = []

        def hook(response: Any) -> Any:
            found.append(attempt(lambda: ported(at.host)))
            return response

        async def portable_hook(response: Any) -> Any:
            found.append(await attempt_async(portable))
            return response

        stage.after_request(hook, portable_hook)
        if data is None:
            answer = stage.ask()
        else:
            answer = stage.ask("/posted", method="POST", body=data, headers=headers)
        return {"the hook gets": found[0] if found else answer.outcome}

    return probe


async def _dict(values: Any) -> Any:
    return (await values).to_dict()


async def _names() -> Any:
    return {name: each.filename for name, each in (await received.files()).items()}


get_json = difference(
    "AW401",
    "request.get_json() and request.json give a coroutine",
    flask="the hook gets: {'a': 1}",
    quart="the hook gets: a coroutine",
    bound="the hook gets: {'a': 1}",
    bites="silently",
    whom="hooks that log or audit what was posted: an empty audit log, where they catch errors",
    remedy="`await received.json(silent=True)`",
    needs=("await-request",),
    before="""
        @app.after_request
        def audit(response):
            log.info("posted", extra={"json": request.get_json(silent=True)})
            return response
    """,
    after="""
        @hooks.after_request
        async def audit(response):
            log.info("posted", extra={"json": await received.json(silent=True)})
            return response
    """,
)(calling(lambda host: host.request.get_json(), received.json, b'{"a": 1}', JSON))


data = difference(
    "AW402",
    "request.data and request.get_data() give a coroutine",
    flask="the hook gets: b'abc'",
    quart="the hook gets: a coroutine",
    bound="the hook gets: b'abc'",
    bites="silently",
    whom="hooks that sign, log or measure what was posted",
    remedy="`await received.data()`",
    needs=("await-request",),
)(calling(lambda host: host.request.get_data(), received.data, b"abc"))


form = difference(
    "AW403",
    "request.form gives a coroutine",
    flask="the hook gets: {'a': '1'}",
    quart="the hook gets: a coroutine",
    bound="the hook gets: {'a': '1'}",
    bites="loudly",
    whom="hooks that look into a form",
    remedy="`await received.form()`",
    needs=("await-request",),
)(
    calling(
        lambda host: getattr(host.request.form, "to_dict", lambda: host.request.form)(),
        lambda: _dict(received.form()),
        b"a=1",
        FORM,
    )
)


files = difference(
    "AW404",
    "request.files gives a coroutine",
    flask="the hook gets: {'f': 'a.txt'}",
    quart="the hook gets: AttributeError",
    bound="the hook gets: {'f': 'a.txt'}",
    bites="loudly",
    whom="hooks that log uploads",
    remedy="`await received.files()`",
    needs=("await-request",),
)(
    calling(
        lambda host: {name: each.filename for name, each in host.request.files.items()},
        _names,
        ONE_FILE,
        FILES,
    )
)


values = difference(
    "AW405",
    "request.values gives a coroutine",
    flask="the hook gets: '1'",
    quart="the hook gets: TypeError",
    bound="the hook gets: '1'",
    bites="loudly",
    whom="hooks that take an option from the query or a form",
    remedy="`await received.values()`; `request.args` is the same on both",
    needs=("await-request",),
)(
    calling(
        lambda host: host.request.values["a"],
        lambda: _item(received.values(), "a"),
        b"a=1",
        FORM,
    )
)


async def _item(values: Any, name: str) -> Any:
    return (await values)[name]


async def _address() -> Any:
    return request.remote_addr


environ = difference(
    "AW406",
    "request.environ is missing",
    flask="the hook gets: '127.0.0.1'",
    quart="the hook gets: AttributeError",
    bound="the hook gets: '127.0.0.1'",
    bites="loudly",
    whom="hooks that take the client's address, the server's software or what a middleware left",
    remedy="`request.remote_addr`, `request.headers`; what a hook leaves for another, on `g`",
    needs=("missing-api",),
)(calling(lambda host: host.request.environ.get("REMOTE_ADDR", "127.0.0.1"), _address))


stream = difference(
    "AW407",
    "request.stream cannot be read",
    flask="the hook gets: b'abc'",
    quart="the hook gets: AttributeError",
    bound="the hook gets: b'abc'",
    bites="loudly",
    whom="hooks that drain what the view left unread",
    remedy="`await received.data()`",
    needs=("missing-api",),
)(calling(lambda host: host.request.stream.read(), received.data, b"abc"))


WSGI_ONLY = (
    "environ",
    "input_stream",
    "is_multiprocess",
    "is_multithread",
    "is_run_once",
    "shallow",
    "want_form_data_parsed",
)


@difference(
    "AW408",
    "what only a WSGI request has is missing",
    flask="of seven such names: 7 are there",
    quart="of seven such names: 0 are there",
    bound="of seven such names: 0 are there",
    bound_on_flask="of seven such names: 7 are there",
    bites="loudly",
    whom="hooks that ask how they are served",
    remedy="do without; `request` has what both hosts' requests have",
    needs=("missing-api",),
    why="These are notions of WSGI, and ASGI has none like them.",
)
def wsgi_only(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def hook(response: Any) -> Any:
        found.extend(name for name in WSGI_ONLY if hasattr(at.host.request, name))
        return response

    stage.after_request(hook)
    stage.ask()
    return {"of seven such names": f"{len(found)} are there"}


async def _greeted() -> Any:
    return _library_of_values(await received.json())


def _library(request: Any) -> str:
    return _library_of_values(request.get_json())


def _library_of_values(json: Any) -> str:
    return f"{json['a']} greeted"


handed_on = difference(
    "AW409",
    "the request is handed to code that was made for Flask's",
    flask="the hook gets: '1 greeted'",
    quart="the hook gets: TypeError",
    bound="the hook gets: '1 greeted'",
    bites="loudly",
    whom="hooks that pass the request to a library: no checker can see what that reads",
    remedy="read with received in the hook, and hand over values",
    needs=("undecided",),
)(calling(lambda host: _library(host.request), _greeted, b'{"a": 1}', JSON))


@difference(
    "AW410",
    "request.headers holds a Remote-Addr that no client sent",
    flask="Remote-Addr among them: no",
    quart="Remote-Addr among them: yes",
    bound="Remote-Addr among them: yes",
    bound_on_flask="Remote-Addr among them: no",
    bites="silently",
    whom="hooks that log or forward all headers",
    remedy="leave it out; the address is `request.remote_addr` on both",
    why="The headers are the request's own, as Quart made them.",
)
def headers(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def hook(response: Any) -> Any:
        found.append("yes" if "Remote-Addr" in at.host.request.headers else "no")
        return response

    stage.after_request(hook)
    stage.ask()
    return {"Remote-Addr among them": found[0]}


@difference(
    "AW463",
    "request.get_json() of a body that says it is something else",
    flask="the hook gets: UnsupportedMediaType",
    quart="the hook gets: None",
    bound="the hook gets: None",
    bites="on some paths",
    whom="hooks and views that rely on 415 for a wrong Content-Type",
    remedy="`await received.json()` gives None on both",
    needs=("await-request",),
)
def not_json(at: At) -> Facts:
    stage = at.stage()
    stage.view(lambda: "Hello", "/posted", methods=["POST"])
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(attempt(at.host.request.get_json))
        return response

    async def awaiting(response: Any) -> Any:
        found.append(await attempt_async(at.host.request.get_json))
        return response

    async def portable(response: Any) -> Any:
        found.append(await attempt_async(received.json))
        return response

    stage.after_request(awaiting if at.asynchronous else ported, portable)
    stage.ask("/posted", method="POST", body=b"{}", headers={"Content-Type": "text/plain"})
    return {"the hook gets": found[0]}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
