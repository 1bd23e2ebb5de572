"""Servers and what crosses the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .record import Difference, difference
from .stage import At, Facts

__all__ = ["DIFFERENCES", "ROUTES", "Route"]


@dataclass(frozen=True)
class Route:
    """A path of the app that the servers serve.

    :param answer: what its view returns.
    :param hook: changes the response.
    """

    answer: Callable[[], Any]
    hook: Callable[[Any], None]


def _sets(name: str, value: str) -> Callable[[Any], None]:
    def hook(response: Any) -> None:
        response.headers[name] = value

    return hook


def _status(status: str) -> Callable[[Any], None]:
    def hook(response: Any) -> None:
        response.status = status

    return hook


def _echo(response: Any) -> None:
    from .. import request

    response.headers["X-Echo"] = request.headers.get("X-User", "none")


# What the served app does, by path: each probe below asks for one of them.
ROUTES: dict[str, Route] = {
    "/name": Route(lambda: "Hello", _sets("X-Name", "Zoë")),
    "/reason": Route(lambda: "Hello", _status("200 Fine")),
    "/server": Route(lambda: "Hello", _sets("Server", "mine")),
    "/date": Route(lambda: "Hello", _sets("Date", "Thu, 01 Jan 1970 00:00:00 GMT")),
    "/frame": Route(lambda: "Hello", _sets("X-Frame-Options", "DENY")),
    "/204": Route(lambda: ("", 204), lambda response: None),
    "/location": Route(lambda: ("", 302), _sets("Location", "/zoë")),
    "/keep-alive": Route(lambda: "Hello", _sets("Keep-Alive", "timeout=5")),
    "/length": Route(lambda: "Hello", _sets("Content-Length", "3")),
    "/echo": Route(lambda: "Hello", _echo),
    "/unsure": Route(lambda: "Hello", lambda response: None),
}


@difference(
    "AW501",
    "a header value that is not ASCII",
    flask="bytes of Zoë: 5a 6f eb",
    quart="bytes of Zoë: 5a 6f c3 ab",
    bound="bytes of Zoë: 5a 6f c3 ab",
    bound_on_flask="bytes of Zoë: 5a 6f eb",
    bites="silently",
    whom="hooks that put a name or a title into a header: Zoë becomes mojibake for clients",
    remedy="percent-encode it, or write `name*=` as RFC 8187 says: fields beyond ASCII mean nothing"
    " by themselves (RFC 9110, section 5.5)",
    about="server",
    why="What a server makes of such a value is its own affair; no encoding is right on both.",
)
def not_ascii(at: At) -> Facts:
    sent = at.served("/name").header("X-Name").encode("latin-1")
    return {"bytes of Zoë": sent.hex(" ")}


@difference(
    "AW502",
    "the reason phrase is lost",
    flask="reason for 200 Fine: Fine",
    quart="reason for 200 Fine: none",
    bound="reason for 200 Fine: none",
    bound_on_flask="reason for 200 Fine: Fine",
    bites="silently",
    whom="hooks that set response.status to a text of their own",
    remedy="send it in a header or in the body; HTTP/2 has no reason phrase either",
    about="server",
    why="ASGI has no place for it.",
)
def reason(at: At) -> Facts:
    return {"reason for 200 Fine": at.served("/reason").reason or "none"}


@difference(
    "AW503",
    "a Server header set by a hook",
    flask="sent: 1 time, not the hook's",
    quart="sent: 2 times, the hook's among them",
    bound="sent: 2 times, the hook's among them",
    bound_on_flask="sent: 1 time, not the hook's",
    bites="silently",
    whom="hooks that hide or replace the server's name",
    remedy="let the server not send its own: Hypercorn's include_server_header = False",
    about="server",
    why="The server adds it after the app.",
)
def server(at: At) -> Facts:
    values = at.served("/server").all("Server")
    return {"sent": f"{len(values)} time{'s' * (len(values) != 1)}, {_mine(values)}"}


def _mine(values: list[str]) -> str:
    return "the hook's among them" if "mine" in values else "not the hook's"


@difference(
    "AW504",
    "a Date header set by a hook",
    flask="sent: 1 time, not the hook's",
    quart="sent: 2 times, the hook's among them",
    bound="sent: 2 times, the hook's among them",
    bound_on_flask="sent: 1 time, not the hook's",
    bites="silently",
    whom="hooks that set the date, for signatures or in tests",
    remedy="let the server not send its own: Hypercorn's include_date_header = False",
    about="server",
    why="The server adds it after the app.",
)
def date(at: At) -> Facts:
    values = at.served("/date").all("Date")
    hooks_own = any("1970" in value for value in values)
    mine = "the hook's among them" if hooks_own else "not the hook's"
    return {"sent": f"{len(values)} time{'s' * (len(values) != 1)}, {mine}"}


@difference(
    "AW505",
    "header names are sent in lower case",
    flask="X-Frame-Options: X-Frame-Options",
    quart="X-Frame-Options: x-frame-options",
    bound="X-Frame-Options: x-frame-options",
    bound_on_flask="X-Frame-Options: X-Frame-Options",
    bites="on some paths",
    whom="clients and proxies that compare names as they were once written",
    remedy="none is needed: names are compared without case (RFC 9110, section 5.1)",
    about="server",
    why="ASGI asks for lower case.",
)
def lower_case(at: At) -> Facts:
    names = [name for name, _ in at.served("/frame").headers]
    return {"X-Frame-Options": next(n for n in names if n.lower() == "x-frame-options")}


@difference(
    "AW506",
    "Set-Cookie stands before Vary",
    flask="order: Vary, Set-Cookie",
    quart="order: Set-Cookie, Vary",
    bound="order: Set-Cookie, Vary",
    bound_on_flask="order: Vary, Set-Cookie",
    later={"quart 0.23": {"quart": "order: Vary, Set-Cookie"}},
    bites="silently",
    whom="tests that compare all headers in their order",
    remedy="compare them as a mapping",
    about="app",
    why="The order of fields with different names means nothing (RFC 9110, section 5.3).",
)
def cookie_order(at: At) -> Facts:
    def view() -> str:
        at.host.session["user"] = "ada"
        return "Hello"

    stage = at.stage(view, SECRET_KEY="probe")
    stage.after_request(lambda response: response)
    names = [name.title() for name, _ in stage.ask().headers]
    return {"order": ", ".join(name for name in names if name in ("Set-Cookie", "Vary"))}


@difference(
    "AW507",
    "204 is sent with a Content-Length",
    flask="Content-Length of a 204: none",
    quart="Content-Length of a 204: 0",
    bound="Content-Length of a 204: 0",
    bound_on_flask="Content-Length of a 204: none",
    bites="silently",
    whom="strict clients and proxies: it must not be sent (RFC 9110, section 8.6)",
    remedy="`if response.status_code == 204: response.headers.pop('Content-Length', None)`, in a"
    " hook that runs last",
    about="view",
    defect="Quart, up to 0.23.1 at least",
    why="Looking at every response for the sake of this one would cost every request.",
)
def no_content(at: At) -> Facts:
    answer = at.served("/204")
    return {"Content-Length of a 204": answer.header("Content-Length")}


@difference(
    "AW508",
    "304 is sent with a Content-Type",
    flask="status: 304; Content-Type: none",
    quart="status: 304; Content-Type: text/html; charset=utf-8",
    bound="status: 304; Content-Type: none",
    bites="silently",
    whom="caches that take the headers of a 304 for the stored ones; see RFC 9110, section 15.4.5",
    remedy="`await body.make_conditional(response)`, which takes them off",
)
def not_modified(at: At) -> Facts:
    from .. import body

    stage = at.stage()

    def ported(response: Any) -> Any:
        response.set_etag("a")
        response.make_conditional(at.host.request)
        return response

    async def awaiting(response: Any) -> Any:
        response.set_etag("a")
        await response.make_conditional(at.host.request)
        return response

    async def portable(response: Any) -> Any:
        response.set_etag("a")
        await body.make_conditional(response)
        return response

    stage.after_request(awaiting if at.asynchronous else ported, portable)
    answer = stage.ask(headers={"If-None-Match": '"a"'})
    return {"status": answer.outcome, "Content-Type": answer.header("Content-Type")}


@difference(
    "AW509",
    "the app sends the body of a HEAD answer",
    flask="handed to the server: 0 bytes",
    quart="handed to the server: 5 bytes",
    bound="handed to the server: 5 bytes",
    bound_on_flask="handed to the server: 0 bytes",
    bites="silently",
    whom="middleware and test clients that see it; Hypercorn drops it before the wire",
    remedy="none is needed behind a server; `sent.bytes_sent` counts none",
    about="app",
    why="What goes on the wire is the server's affair, and Hypercorn is right about it.",
)
def head(at: At) -> Facts:
    stage = at.stage()
    stage.after_request(lambda response: response)
    answer = stage.ask(method="HEAD")
    return {"handed to the server": f"{len(answer.body)} bytes"}


@difference(
    "AW510",
    "the generator of a HEAD answer runs",
    flask="the generator: does not run",
    quart="the generator: ran",
    bound="the generator: does not run",
    bites="under load",
    whom="streams that are dear to make: a HEAD costs as much as a GET",
    remedy="answer HEAD in the view; or in a hook, `body.replace(response, b'')`",
)
def head_of_a_stream(at: At) -> Facts:
    from .. import body, request

    ran: list[str] = []

    def parts() -> Iterator[str]:
        ran.append("ran")
        yield "a"

    def portable(response: Any) -> Any:
        if request.method == "HEAD" and body.is_streaming(response):
            body.replace(response, b"")
            del response.headers["Content-Length"]  # that of GET is not known
        return response

    stage = at.stage(parts)
    stage.after_request(lambda response: response, portable)
    stage.ask(method="HEAD")
    return {"the generator": ", ".join(ran) or "does not run"}


@difference(
    "AW511",
    "what send_file sends with a file",
    flask="has: Accept-Ranges, Content-Disposition, Date; If-None-Match: 304; Range: 206",
    quart="has: Expires; If-None-Match: 200; Range: 200",
    bound="has: Expires; If-None-Match: 200; Range: 200",
    bound_on_flask="has: Accept-Ranges, Content-Disposition, Date; If-None-Match: 304; Range: 206",
    bites="silently",
    whom="downloads: without conditional=True Quart sends everything again, and resumes none",
    remedy="`await helpers.send_file(path)` or conditional=True; Cache-Control by configuration",
    about="view",
    why="It is the view that sends the file.",
)
def send_file(at: At) -> Facts:
    stage = at.stage(lambda: at.host.send_file(__file__))
    stage.after_request(lambda response: response)
    answer = stage.ask()
    names = ("Accept-Ranges", "Content-Disposition", "Date", "Expires")
    facts = {"has": ", ".join(name for name in names if answer.all(name))}
    again = stage.ask(headers={"If-None-Match": answer.header("ETag")})
    part = stage.ask(headers={"Range": "bytes=0-1"})
    return {**facts, "If-None-Match": again.outcome, "Range": part.outcome}


@difference(
    "AW512",
    "served by Hypercorn, Flask answers HEAD with 500",
    flask="HEAD: 500",
    quart="HEAD: 200",
    bound="HEAD: 200",
    bound_on_flask="HEAD: 500",
    bites="on some paths",
    whom="teams that keep both apps behind one Hypercorn during the move: load balancers ask HEAD",
    remedy="serve the Flask app with gunicorn",
    about="server",
    defect="Hypercorn's WSGI wrapper, 0.18.0 at least",
    see=("https://github.com/pgjones/hypercorn/issues/331",),
    why="The wrapper is Hypercorn's.",
)
def hypercorn_head(at: At) -> Facts:
    answer = at.served("/unsure", method="HEAD", server="hypercorn")
    return {"HEAD": answer.outcome}


@difference(
    "AW513",
    "a Location that is not ASCII",
    flask="Location: /zoë: /zo%C3%AB",
    quart="Location: /zoë: /zo\\xc3\\xab",
    bound="Location: /zoë: /zo\\xc3\\xab",
    bound_on_flask="Location: /zoë: /zo%C3%AB",
    bites="silently",
    whom="hooks that redirect to a path with a name in it",
    remedy="`response.headers['Location'] = werkzeug.urls.iri_to_uri(path)`",
    about="server",
    why="Flask encodes it while it sends, after all hooks.",
)
def location(at: At) -> Facts:
    sent = at.served("/location").header("Location").encode("latin-1")
    return {"Location: /zoë": sent.decode("ascii", "backslashreplace")}


@difference(
    "AW514",
    "a hop-by-hop header set by a hook",
    flask="Keep-Alive: none",
    quart="Keep-Alive: timeout=5",
    bound="Keep-Alive: timeout=5",
    bound_on_flask="Keep-Alive: none",
    bites="on some paths",
    whom="hooks that set Connection, Keep-Alive or Transfer-Encoding, which are the server's",
    remedy="leave them to the server (RFC 9110, section 7.6.1; PEP 3333 forbids them to apps)",
    about="server",
    why="It is the server that refuses it, or not.",
)
def hop_by_hop(at: At) -> Facts:
    return {"Keep-Alive": at.served("/keep-alive").header("Keep-Alive")}


@difference(
    "AW515",
    "a Content-Length that is too short for the body",
    flask="answer: 200; sent: Hel",
    quart="answer: 200; sent: nothing",
    bound="answer: 200; sent: nothing",
    bound_on_flask="answer: 200; sent: Hel",
    bites="loudly",
    whom="hooks that change the body and leave the length",
    remedy="`body.replace(response, data)`, which sets it",
    about="server",
    why="It is the server that notices, or not.",
)
def too_short(at: At) -> Facts:
    answer = at.served("/length")
    sent = answer.body.decode("latin-1") if answer.status == 200 else ""
    return {"answer": str(answer.status), "sent": sent or "nothing"}


@difference(
    "AW517",
    "a request header that comes twice",
    flask="headers.get: ada,eve",
    quart="headers.get: ada",
    bound="headers.get: ada",
    bound_on_flask="headers.get: ada,eve",
    bites="on some paths",
    whom="hooks that read X-Forwarded-For or the like: WSGI joins them, ASGI gives the first",
    remedy="`', '.join(request.headers.getlist(name))`",
    about="server",
    why="What a request's headers are is the server's and the host's to say.",
)
def twice(at: At) -> Facts:
    pairs = [("X-User", "ada"), ("X-User", "eve")]
    return {"headers.get": at.served("/echo", headers=pairs).header("X-Echo")}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
