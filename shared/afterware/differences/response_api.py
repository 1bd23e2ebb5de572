"""The response object: what Flask's has and Quart's lacks, and what its class decides."""

from __future__ import annotations

from typing import Any

from .. import body
from .. import current_app as _current_app
from .record import Difference, difference
from .response_reading import reading
from .stage import At, Facts, attempt, attempt_async, what

__all__ = ["DIFFERENCES"]

# Both hosts' response classes take (body, status, headers); the type that they share does not.
current_app: Any = _current_app

ON_SOME_PATHS = (
    "hooks that use it: an AttributeError on the app's own pages, none on its error pages, so that"
    " a test that asks for a 404 sees nothing"
)


async def _length(response: Any) -> int:
    return len(await body.read(response))


async def _kind(response: Any) -> bool:
    return not body.is_streaming(response)


@difference(
    "AW110",
    "call_on_close is missing",
    flask="on a 200: 200, called; on a 404: 404, called",
    quart="on a 200: 500, never called; on a 404: 404, never called",
    bound="on a 200: 200, called; on a 404: 404, called",
    bites="on some paths",
    whom="hooks that release something, or count, when the answer is out; on error pages it is"
    " accepted and never called",
    remedy="`@hooks.after_response`, which is told what was sent",
    needs=("missing-api", "lifecycle"),
    before="""
        @app.after_request
        def count(response):
            response.call_on_close(lambda: served.inc())
            return response
    """,
    after="""
        @hooks.after_response
        def count(sent):
            served.inc()
    """,
    see=("https://github.com/pallets/quart/issues/294",),
)
def call_on_close(at: At) -> Facts:
    stage = at.stage()
    calls: list[str] = []

    def ported(response: Any) -> Any:
        response.call_on_close(lambda: calls.append("called"))
        return response

    if at.bound:
        stage.on("after_response", None, lambda sent: calls.append("called"))
    else:
        stage.after_request(ported)
    facts = {}
    for name, path in (("on a 200", "/"), ("on a 404", "/missing")):
        calls.clear()
        answer = stage.ask(path)
        facts[name] = f"{answer.outcome}, {'called' if calls else 'never called'}"
    return facts


is_streamed = difference(
    "AW111",
    "is_streamed is missing",
    flask="on a 200: False; on a 404: True",
    quart="on a 200: AttributeError; on a 404: False",
    bound="on a 200: False; on a 404: False",
    bites="on some paths",
    whom=ON_SOME_PATHS,
    remedy="`body.is_streaming(response)`",
    needs=("missing-api",),
)(reading(lambda r: r.is_streamed, lambda r: _streaming(r)))


async def _streaming(response: Any) -> bool:
    return body.is_streaming(response)


is_sequence = difference(
    "AW112",
    "is_sequence is missing",
    flask="on a 200: True; on a 404: False",
    quart="on a 200: AttributeError; on a 404: True",
    bound="on a 200: True; on a 404: True",
    bites="on some paths",
    whom=ON_SOME_PATHS,
    remedy="`not body.is_streaming(response)`",
    needs=("missing-api",),
)(reading(lambda r: r.is_sequence, _kind))

direct_passthrough = difference(
    "AW113",
    "direct_passthrough is missing",
    flask="on a 200: False; on a 404: False",
    quart="on a 200: AttributeError; on a 404: False",
    bound="on a 200: False; on a 404: False",
    bites="on some paths",
    whom="hooks that leave files alone; assigning it is harmless and does nothing",
    remedy="`body.is_streaming(response)`",
    needs=("missing-api",),
)(reading(lambda r: r.direct_passthrough, _streaming))


@difference(
    "AW114",
    "response.stream is missing",
    flask="sent: Hello!",
    quart="sent: 500",
    bound="sent: Hello!",
    bites="on some paths",
    whom="hooks that write on to a body",
    remedy="`body.transform(response, each, last=...)`",
    needs=("missing-api",),
)
def stream(at: At) -> Facts:
    stage = at.stage()

    def ported(response: Any) -> Any:
        response.stream.write(b"!")
        return response

    def portable(response: Any) -> Any:
        body.transform(response, lambda chunk: chunk, last=lambda: b"!")
        return response

    stage.after_request(ported, portable)
    answer = stage.ask()
    return {"sent": answer.body.decode() if answer.status == 200 else answer.outcome}


@difference(
    "AW115",
    "iter_encoded() is missing",
    flask="sent: AB",
    quart="sent: 500",
    bound="sent: AB",
    bites="on some paths",
    whom="hooks that go through a body chunk by chunk, to compress or to count",
    remedy="`body.transform(response, each)`",
    needs=("missing-api",),
)
def iter_encoded(at: At) -> Facts:
    stage = at.stage(lambda: (each for each in ("a", "b")))

    def ported(response: Any) -> Any:
        response.response = [chunk.upper() for chunk in response.iter_encoded()]
        return response

    def portable(response: Any) -> Any:
        body.transform(response, bytes.upper)
        return response

    stage.after_request(ported, portable)
    answer = stage.ask()
    return {"sent": answer.body.decode() if answer.status == 200 else answer.outcome}


calculate_content_length = difference(
    "AW116",
    "calculate_content_length() is missing",
    flask="on a 200: 5; on a 404: 207",
    quart="on a 200: AttributeError; on a 404: 207",
    bound="on a 200: 5; on a 404: 207",
    bites="on some paths",
    whom="hooks that log sizes",
    remedy="`sent.bytes_sent` in an after_response hook, or `len(await body.read(response))`",
    needs=("missing-api",),
)(reading(lambda r: r.calculate_content_length(), _length))

close = difference(
    "AW117",
    "response.close() is missing",
    flask="on a 200: None; on a 404: None",
    quart="on a 200: AttributeError; on a 404: None",
    bound="on a 200: None; on a 404: None",
    bites="on some paths",
    whom="hooks that put another response in the place of the one they were given",
    remedy="`body.replace(response, data)`, which closes what it drops",
    needs=("missing-api",),
)(reading(lambda r: r.close(), lambda r: _replaced(r)))


async def _replaced(response: Any) -> None:
    body.replace(response, b"")


@difference(
    "AW118",
    "force_type() and from_app() are missing",
    flask="status of what is made: 200",
    quart="status of what is made: AttributeError",
    bound="status of what is made: 200",
    bites="loudly",
    whom="hooks that coerce responses to a class of their own",
    remedy="`current_app.response_class(data, status, headers)`",
    needs=("missing-api",),
)
def force_type(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def ported(response: Any) -> Any:
        forced = attempt(lambda: at.host.Response.force_type(response).status_code)
        found.append(forced)
        return response

    async def portable(response: Any) -> Any:
        data = await body.read(response)
        made = current_app.response_class(data, response.status_code, dict(response.headers))
        found.append(what(made.status_code))
        return response

    stage.after_request(ported, portable)
    stage.ask()
    return {"status of what is made": found[0]}


@difference(
    "AW119",
    "assigning response.response breaks the response",
    flask="a list: 200, Bye of 5 bytes; a generator: 200, Bye of 5 bytes",
    quart="a list: 200, then cut off (TypeError), nothing of 5 bytes;"
    " a generator: 200, then cut off (TypeError), nothing of 5 bytes",
    bound="a list: 200, Bye of 3 bytes; a generator: 200, Bye of 3 bytes",
    bites="silently",
    whom="hooks that wrap or swap the body: the status and headers are out by then, and the client"
    " gets an answer that is cut off",
    remedy="`body.replace(response, data)`, or `body.transform(response, each)` for a stream",
    needs=("missing-api",),
    before="""
        @app.after_request
        def shout(response):
            response.response = (chunk.upper() for chunk in response.response)
            return response
    """,
    after="""
        @hooks.after_request
        def shout(response):
            body.transform(response, bytes.upper)
            return response
    """,
)
def assigned(at: At) -> Facts:
    facts = {}
    for name, parts in (("a list", lambda: [b"Bye"]), ("a generator", lambda: iter((b"Bye",)))):
        stage = at.stage()

        def ported(response: Any, parts: Any = parts) -> Any:
            response.response = parts()
            return response

        def portable(response: Any) -> Any:
            body.replace(response, b"Bye")
            return response

        stage.after_request(ported, portable)
        answer = stage.ask()
        sent = f"{answer.body.decode() or 'nothing'} of {answer.header('Content-Length')} bytes"
        facts[name] = f"{answer.outcome}, {sent}"
    return facts


@difference(
    "AW120",
    "iterating over response.response fails",
    flask="joined: b'Hello'",
    quart="joined: TypeError",
    bound="joined: b'Hello'",
    bites="on some paths",
    whom="hooks that join or measure the chunks",
    remedy="`await body.read(response)`, or `body.transform` for a stream",
    needs=("missing-api",),
)
def iterated(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(attempt(lambda: b"".join(response.response)))
        return response

    async def portable(response: Any) -> Any:
        found.append(await attempt_async(lambda: body.read(response)))
        return response

    stage.after_request(ported, portable)
    stage.ask()
    return {"joined": found[0]}


@difference(
    "AW122",
    "get_wsgi_headers(), get_app_iter() and get_wsgi_response() are missing",
    flask="Content-Length: '5'",
    quart="Content-Length: AttributeError",
    bound="Content-Length: '5'",
    bites="on some paths",
    whom="hooks that look at what will really be sent",
    remedy="`response.headers` in after_request, or `sent.headers` in after_response",
    needs=("missing-api",),
)
def wsgi(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def ported(response: Any) -> Any:
        headers = attempt(lambda: response.get_wsgi_headers({})["Content-Length"])
        found.append(headers)
        return response

    if at.bound:
        stage.on(
            "after_response", None, lambda sent: found.append(repr(sent.headers["Content-Length"]))
        )
    else:
        stage.after_request(ported)
    stage.ask()
    return {"Content-Length": found[0]}


@difference(
    "AW123",
    "Response(direct_passthrough=...) is refused",
    flask="status: 200",
    quart="status: 500",
    bound="status: 200",
    bites="loudly",
    whom="hooks that make a response of their own around a file",
    remedy="`current_app.response_class(data)`, and send_file in the view for files",
    needs=("missing-api",),
)
def constructed(at: At) -> Facts:
    stage = at.stage()

    def ported(response: Any) -> Any:
        return at.host.Response(b"Bye", direct_passthrough=False)

    def portable(response: Any) -> Any:
        return current_app.response_class(b"Bye")

    stage.after_request(ported, portable)
    return {"status": stage.ask().outcome}


@difference(
    "AW130",
    "error responses are of Werkzeug's class",
    flask="the app's: 200, 302, 403, 404, 500; another: none",
    quart="the app's: 200, 302; another: 403, 404, 500",
    bound="the app's: 200, 302; another: 403, 404, 500",
    bound_on_flask="the app's: 200, 302, 403, 404, 500; another: none",
    bites="on some paths",
    whom="hooks that test the class of a response, or call a method of the app's own class",
    remedy="hand the response to body, which takes both; do not test its class",
    why="The hook is given the object that Quart will send. body means the same on both classes, so"
    " that a hook need not know; one that asks for the class still sees it.",
    see=(
        "https://github.com/pallets/quart/issues/288",
        "https://github.com/pallets/quart/issues/200",
    ),
)
def classes(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def hook(response: Any) -> Any:
        own = isinstance(response, at.host.Response)
        found.append("the app's" if own else "another")
        return response

    stage.after_request(hook)
    stage.view(lambda: at.host.abort(403), "/forbidden")
    stage.view(lambda: 1 // 0, "/broken")
    stage.view(lambda: at.host.redirect("/"), "/elsewhere")
    classes: dict[str, list[str]] = {"the app's": [], "another": []}
    for path in ("/", "/elsewhere", "/forbidden", "/missing", "/broken"):
        status = str(stage.ask(path).status)
        classes[found[-1]].append(status)
    return {name: ", ".join(statuses) or "none" for name, statuses in classes.items()}


@difference(
    "AW131",
    "Flask's error pages pass for streams",
    flask="a 404 is a stream: True",
    quart="a 404 is a stream: False",
    bound="a 404 is a stream: False",
    bites="on some paths",
    whom="hooks that leave streams alone: on Flask they leave error pages alone as well",
    remedy="`body.is_streaming(response)`, which knows an error page from a stream",
)
def error_page(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(attempt(lambda: response.is_streamed))
        return response

    def portable(response: Any) -> Any:
        found.append(repr(body.is_streaming(response)))
        return response

    stage.after_request(ported, portable)
    stage.ask("/missing")
    return {"a 404 is a stream": found[0]}


@difference(
    "AW132",
    "type(response)(...) has another mimetype on an error",
    flask="Content-Type of a 404: text/html; charset=utf-8",
    quart="Content-Type of a 404: text/plain; charset=utf-8",
    bound="Content-Type of a 404: text/html; charset=utf-8",
    bites="on some paths",
    whom="hooks that make a response of the class of the one they were given: the error page is"
    " shown as plain text",
    remedy="`body.replace(response, data)`, or `current_app.response_class(data)`",
)
def made_of_its_class(at: At) -> Facts:
    stage = at.stage()

    def ported(response: Any) -> Any:
        return type(response)("<p>Sorry", response.status_code)

    def portable(response: Any) -> Any:
        return current_app.response_class("<p>Sorry", response.status_code)

    stage.after_request(ported, portable)
    return {"Content-Type of a 404": stage.ask("/missing").header("Content-Type")}


@difference(
    "AW137",
    "the length of a list body is not sent",
    flask="body: ab; Content-Length: 2",
    quart="body: ab; Content-Length: none",
    bound="body: ab; Content-Length: 2",
    bites="silently",
    whom="views and hooks that answer with a list of parts: the body is sent in chunks",
    remedy="in a hook, `await body.read(response)` holds the body and sets its length",
)
def list_body(at: At) -> Facts:
    stage = at.stage(lambda: at.host.Response([b"a", b"b"]))

    async def portable(response: Any) -> Any:
        await body.read(response)
        return response

    stage.after_request(lambda response: response, portable)
    answer = stage.ask()
    return {"body": answer.body.decode(), "Content-Length": answer.header("Content-Length")}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
