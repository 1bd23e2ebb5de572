"""SideBySide: one ASGI app that serves a request with Quart or with Flask, by its route."""

from __future__ import annotations

import hmac
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

from ..errors import SideBySideError
from .bridge import WSGIBridge
from .building import share_urls
from .environ import split_path
from .matching import KEY, follow
from .routing import Decision, Side, Table
from .sessions import check_sessions

__all__ = ["SideBySide"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# Endpoints, with commas between, that go back to Flask without a change of code.
FORCE_VARIABLE: Final = "AFTERWARE_FORCE_FLASK"
# How many decisions are kept. Clients may ask for as many paths as they like.
_MOST_DECISIONS = 10_000


class SideBySide:
    """Two apps on one port: an ASGI application for any ASGI server.

    A request goes where one map with the rules of both apps leads; where two rules are equal,
    Quart's wins. Websockets and the lifespan are Quart's. Each app runs its own hooks. Each builds
    the other's URLs with `url_for`. Both share one session, which is checked here.

    :param quart_app: the Quart app, with all its routes.
    :param flask_app: the Flask app, with all its routes.
    :param errors: which app answers what neither has a route for, "flask" or "quart".
    :param force: endpoints that one app is to serve though the other would:
        `{"flask": ["shop.cart"]}` takes a route back. So does the environment variable
        AFTERWARE_FORCE_FLASK, read here, with the endpoints' names and commas between them.
    :param force_header: the name of a request header that sends a request to Flask, where Flask
        has a route for it, for as long as its value is *force_secret*. Such an answer says
        `Cache-Control: private`. No app sees the header. Without both there is none.
    :param force_secret: the value that the header must have, 16 characters or more.
    :param threads: how many requests the Flask app serves at a time.
    :param waiting: how many more may wait for a thread; past them clients get 503 with Retry-After.
    :raises SideBySideError: the apps' sessions or routing settings differ, a name of *force* is
        unknown, or quart-flask-patch is imported.
    """

    def __init__(
        self,
        quart_app: Any,
        flask_app: Any,
        *,
        errors: Side = "flask",
        force: Mapping[Side, Iterable[str]] | None = None,
        force_header: str | None = None,
        force_secret: str | None = None,
        threads: int = 16,
        waiting: int = 256,
    ) -> None:
        _refuse_patch()
        _refuse_kinds(quart_app, flask_app)
        _refuse_settings(errors, threads, waiting, force_header, force_secret)
        _refuse_routing(quart_app, flask_app)
        check_sessions(quart_app, flask_app)
        self.quart_app = quart_app
        self.flask_app = flask_app
        self._to_flask = _forced(flask_app, force or {})
        self._errors: Side = errors
        self._header = force_header.lower().encode("latin-1") if force_header else None
        self._secret = (force_secret or "").encode()
        self._bridge = WSGIBridge(flask_app, threads=threads, waiting=waiting)
        follow(quart_app, "quart", lambda request: request.scope)
        follow(flask_app, "flask", lambda request: request.environ)
        self._table: Table | None = None
        self._flask_first: Table | None = None
        self._decisions: dict[Any, Decision] = {}
        share_urls(quart_app, flask_app)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._not_http(scope, receive, send)
            return
        table = self._table or self._begin()
        if self._header is not None:
            scope, forced = self._without_header(scope)
            if forced:
                await self._to_flask_if_there(scope, receive, send)
                return
        raw = scope.get("raw_path") or scope["path"]
        if table.by_host:
            key: Any = scope["method"], raw, _host(scope)
        else:
            key = scope["method"], raw
        decision = self._decisions.get(key)
        if decision is None:
            decision = self._decide(key, table, scope)
        if not decision.alone:
            scope[KEY] = table
        if decision.side == "quart":
            await self.quart_app(scope, receive, send)
        else:
            extra = {} if decision.alone else {KEY: table}
            await self._bridge(scope, receive, send, extra)

    def served_by(self, path: str, method: str = "GET", host: str = "localhost") -> Side:
        """The app that serves a request, for tests and for people who wonder.

        :param path: the path, decoded.
        :param method: the method, upper case.
        :param host: what the Host header would say.
        """
        return (self._table or self._begin()).decide(host, path, method).side

    def _begin(self) -> Table:
        """Read the routes of both apps, at the first request: none comes later."""
        share_urls(self.quart_app, self.flask_app)
        self._table = Table(
            self.quart_app, self.flask_app, to_flask=self._to_flask, errors=self._errors
        )
        return self._table

    def _decide(self, key: Any, table: Table, scope: dict[str, Any]) -> Decision:
        _, path = split_path(scope)
        text = path.decode("utf-8", "replace")
        decision = table.decide(_host(scope), text, scope["method"])
        if decision.fixed:
            if len(self._decisions) >= _MOST_DECISIONS:
                self._decisions.clear()
            self._decisions[key] = decision
        return decision

    async def _not_http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._table or self._begin()
            try:
                await self.quart_app(scope, receive, send)
            finally:
                self._bridge.pool.close()
        else:
            if self._header is not None:
                scope, _ = self._without_header(scope)
            await self.quart_app(scope, receive, send)

    def _without_header(self, scope: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        headers = scope["headers"]
        given = [value for name, value in headers if name.lower() == self._header]
        if not given:
            return scope, False
        kept = [pair for pair in headers if pair[0].lower() != self._header]
        forced = any(hmac.compare_digest(value, self._secret) for value in given)
        return {**scope, "headers": kept}, forced

    async def _to_flask_if_there(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if self._flask_first is None:
            self._flask_first = Table(self.quart_app, self.flask_app, errors="flask", first="flask")
        table = self._flask_first
        _, path = split_path(scope)
        decision = table.decide(_host(scope), path.decode("utf-8", "replace"), scope["method"])
        extra = {} if decision.alone else {KEY: table}
        scope.update(extra)

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _private(message["headers"])}
            await send(message)

        if decision.side == "quart":
            await self.quart_app(scope, receive, send_private)
        else:
            await self._bridge(scope, receive, send_private, extra)


def _private(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers with which no shared cache keeps the answer (RFC 9111, section 5.2.2.7)."""
    kept = []
    directives = []
    for name, value in headers:
        if name.lower() == b"cache-control":
            directives += [each.strip() for each in value.split(b",")]
        else:
            kept.append((name, value))
    others = [
        each
        for each in directives
        if each and not each.lower().startswith((b"public", b"private", b"s-maxage"))
    ]
    return [*kept, (b"cache-control", b", ".join([b"private", *others]))]


def _host(scope: dict[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1"))
    return ""


def _refuse_patch() -> None:
    if "quart_flask_patch" in sys.modules:
        raise SideBySideError(
            "quart-flask-patch is imported: it gives the name `flask` to Quart in the whole"
            " process, so no Flask app can run in it. Run two processes, each with its app, and"
            " have a balancer tell the routes apart."
        )


def _refuse_kinds(quart_app: Any, flask_app: Any) -> None:
    for app, host, call in ((quart_app, "Quart", "asgi_app"), (flask_app, "Flask", "wsgi_app")):
        if not hasattr(app, call) or not hasattr(app, "url_map"):
            raise SideBySideError(
                f"SideBySide(quart_app, flask_app) takes a {host} app there, not {app!r}."
            )


def _refuse_settings(
    errors: str, threads: int, waiting: int, header: str | None, secret: str | None
) -> None:
    if errors not in ("flask", "quart"):
        raise SideBySideError(f"SideBySide has errors={errors!r}. Choose 'flask' or 'quart'.")
    if threads < 1 or waiting < 0:
        raise SideBySideError(
            f"SideBySide has threads={threads!r} and waiting={waiting!r}."
            " It needs one thread at least, and no fewer than 0 that wait."
        )
    if bool(header) != bool(secret):
        raise SideBySideError(
            "force_header and force_secret go together: without a secret every client could choose"
            " the app. Give both, or neither."
        )
    if secret and len(secret) < _SHORTEST_SECRET:
        raise SideBySideError(
            f"force_secret is shorter than {_SHORTEST_SECRET} characters, and so easily guessed."
            ' Make one with `python -c "import secrets; print(secrets.token_urlsafe())"`.'
        )


_SHORTEST_SECRET = 16


def _refuse_routing(quart_app: Any, flask_app: Any) -> None:
    found = []
    for name in ("host_matching", "strict_slashes", "merge_slashes", "redirect_defaults"):
        values = getattr(quart_app.url_map, name), getattr(flask_app.url_map, name)
        if values[0] != values[1]:
            found.append(f"url_map.{name}: Quart {values[0]!r}, Flask {values[1]!r}")
    if quart_app.subdomain_matching != flask_app.subdomain_matching:
        found.append(
            f"subdomain_matching: Quart {quart_app.subdomain_matching!r},"
            f" Flask {flask_app.subdomain_matching!r}"
        )
    for name in ("SERVER_NAME", "APPLICATION_ROOT"):
        pair = quart_app.config.get(name) or None, flask_app.config.get(name) or None
        if pair[0] != pair[1]:
            found.append(f"{name}: Quart {pair[0]!r}, Flask {pair[1]!r}")
    if found:
        lines = "".join(f"\n  {line}" for line in found)
        raise SideBySideError(
            "The two apps would not match or build URLs alike. Give both the same settings:" + lines
        )


def _forced(flask_app: Any, force: Mapping[Side, Iterable[str]]) -> frozenset[str]:
    """The endpoints that Flask serves though Quart has them."""
    unknown = set(force) - {"flask"}
    if unknown:
        raise SideBySideError(
            f"force has {sorted(unknown)!r}. It has one key, 'flask': what Flask has alone it"
            " serves anyway."
        )
    given = force.get("flask", ())
    if isinstance(given, str):
        raise SideBySideError(f"force['flask'] is a text, {given!r}. Give a list of endpoints.")
    variable = os.environ.get(FORCE_VARIABLE, "")
    named = {*given, *(each.strip() for each in variable.split(",") if each.strip())}
    for endpoint in sorted(named):
        if not any(rule.endpoint == endpoint for rule in flask_app.url_map.iter_rules()):
            where = f"{FORCE_VARIABLE} or force" if variable else "force"
            raise SideBySideError(
                f"{where} names the endpoint {endpoint!r}, which the Flask app does not have."
                f" See its endpoints with `flask routes`."
            )
    return frozenset(named)
