"""The apps that are held against each other: `<host>/<task>/<who>`, and what each must answer.

A task is the same work for everybody: the same headers with the same values, the same body. What an
app answers is looked at before it is timed, so that nobody is quick by doing less.
"""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import flask
import quart

from afterware import HookObject, Hooks
from afterware.hooks import CORS, Compress, SecurityHeaders

from .apps import APP_NAME, App
from .errors import BenchmarkError
from .exchange import Answer
from .scenarios import payload

__all__ = ["NOBODY", "OURS", "PEERS", "Peer", "asked", "check_peer", "every_peer", "make_peer_app"]

NOBODY: Final = "none"
OURS: Final = "afterware"

# Who does each task, by host, besides nobody and Afterware.
PEERS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("flask", "security-headers"): ("talisman", "secure"),
    ("quart", "security-headers"): ("secure",),
    ("flask", "cors"): ("flask-cors",),
    ("quart", "cors"): ("quart-cors",),
    ("flask", "compress-idle"): ("flask-compress",),
    ("quart", "compress-idle"): (),
    ("flask", "compress-busy"): ("flask-compress",),
    ("quart", "compress-busy"): (),
}

_ORIGINS: Final = ["https://a.example", "https://b.example"]
_REQUEST: Final = {
    # As behind a proxy that speaks TLS, so that everybody sends HSTS.
    "security-headers": {"X-Forwarded-Proto": "https"},
    "cors": {"Origin": _ORIGINS[0]},
    "compress-idle": {"Accept-Encoding": "gzip, deflate, br, zstd"},
    "compress-busy": {"Accept-Encoding": "gzip"},
}
# The policy that secure recommends (its balanced preset), so far as Flask-Talisman has it too.
_CSP: Final = {
    "default-src": ["'self'"],
    "base-uri": ["'self'"],
    "font-src": ["'self'", "https:", "data:"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "script-src": ["'self'"],
    "script-src-attr": ["'none'"],
    "style-src": ["'self'", "https:", "'unsafe-inline'"],
}
_HEADERS: Final = {
    "content-security-policy": "; ".join(
        f"{directive} {' '.join(sources)}" for directive, sources in _CSP.items()
    ),
    "permissions-policy": "geolocation=(), microphone=(), camera=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "strict-transport-security": "max-age=31556926; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}
_SHARED: Final = {
    "access-control-allow-origin": _ORIGINS[0],
    "access-control-expose-headers": "X-Total",
    "vary": "Origin",
}
_GZIP_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to do one task on one host.

    :param host: "flask" or "quart".
    :param task: "security-headers", "cors", "compress-idle" or "compress-busy".
    :param who: "none", "afterware" or the name of a package.
    """

    host: str
    task: str
    who: str

    @property
    def name(self) -> str:
        return f"{self.host}/{self.task}/{self.who}"

    @property
    def payload(self) -> str:
        """What is sent: short where nothing is to be compressed."""
        return "10KB" if self.task == "compress-busy" else "28B"

    @property
    def block(self) -> tuple[str, str]:
        """What those that are sampled next to each other have in common."""
        return self.host, self.task


def every_peer() -> list[Peer]:
    """Everybody, with nobody and Afterware first in each task."""
    return [
        Peer(host, task, who)
        for (host, task), others in PEERS.items()
        for who in (NOBODY, OURS, *others)
    ]


def asked(peer: Peer) -> dict[str, str]:
    """The headers of the request that is sent."""
    return _REQUEST[peer.task]


def make_peer_app(peer: Peer) -> App:
    """A new app that answers `GET /` after *peer* has done its task."""
    app = _app(peer)
    if peer.who == OURS:
        hooks = Hooks()
        hooks.add(_ours(peer.task))
        hooks.init_app(app)
    elif peer.who != NOBODY:
        _WAYS[peer.who](app)
    return app


def check_peer(peer: Peer, answer: Answer, error: BaseException | None = None) -> None:
    """See that *answer* is what the task asks for.

    :raises BenchmarkError: it is something else; the message says what.
    """
    problem = _problem(peer, answer)
    if problem is not None:
        cause = f" The app logged {type(error).__name__}: {error}." if error else ""
        raise BenchmarkError(
            f"{peer.name} does not answer as it should, so it is not timed: {problem}.{cause}"
        )


def _problem(peer: Peer, answer: Answer) -> str | None:
    if answer.status != 200:
        return f"the status is {answer.status}, not 200"
    headers = {name.lower(): value for name, value in answer.headers}
    wanted: dict[str, str] = {}
    absent: Iterable[str] = ()
    if peer.task == "security-headers":
        wanted, absent = _HEADERS, _HEADERS
    elif peer.task == "cors":
        wanted, absent = _SHARED, _SHARED
    elif peer.task == "compress-busy":
        wanted, absent = {"content-encoding": "gzip"}, ("content-encoding",)
    if peer.who == NOBODY or peer.task == "compress-idle":
        unwanted = [name for name in (*absent, "content-encoding") if name in headers]
        if unwanted:
            return f"it has the header {unwanted[0]}"
        wanted = {}
    for name, value in wanted.items():
        if headers.get(name) != value:
            return f"the header {name} is {headers.get(name)!r}, not {value!r}"
    body = gzip.decompress(answer.body) if "content-encoding" in headers else answer.body
    return None if body == payload(peer.payload) else "the body is another"


def _app(peer: Peer) -> App:
    body = payload(peer.payload)
    app: App
    if peer.host == "flask":
        app = flask.Flask(APP_NAME, static_folder=None)

        @app.get("/")
        def view() -> flask.Response:
            return flask.Response(body, content_type="application/json")

    else:
        app = quart.Quart(APP_NAME, static_folder=None)

        @app.get("/")
        async def async_view() -> quart.Response:
            return quart.Response(body, content_type="application/json")

    return app


def _ours(task: str) -> HookObject:
    if task == "security-headers":
        return SecurityHeaders(
            None,
            content_security_policy=_CSP,
            permissions_policy={"geolocation": (), "microphone": (), "camera": ()},
            referrer_policy=_HEADERS["referrer-policy"],
            frame_options="SAMEORIGIN",
            content_type_options=True,
            strict_transport_security=True,
            strict_transport_security_max_age=31_556_926,
            force_https=False,
        )
    if task == "cors":
        return CORS(_ORIGINS, expose_headers="X-Total")
    return Compress(levels={"gzip": _GZIP_LEVEL})


def _talisman(app: Any) -> None:
    import flask_talisman  # type: ignore[import-untyped]  # it ships no types

    flask_talisman.Talisman(
        app,
        force_https=False,
        content_security_policy=_CSP,
        permissions_policy={"geolocation": "()", "microphone": "()", "camera": "()"},
    )


def _secure(app: App) -> None:
    import secure

    csp = secure.ContentSecurityPolicy()
    for directive, sources in _CSP.items():
        csp.custom_directive(directive, *sources)
    headers = secure.Secure(
        csp=csp,
        hsts=secure.StrictTransportSecurity().max_age(31_556_926).include_subdomains(),
        permissions=secure.PermissionsPolicy().geolocation().microphone().camera(),
        referrer=secure.ReferrerPolicy().strict_origin_when_cross_origin(),
        xcto=secure.XContentTypeOptions().nosniff(),
        xfo=secure.XFrameOptions().sameorigin(),
    )

    def hook(response: Any) -> Any:
        headers.set_headers(response)
        return response

    async def async_hook(response: Any) -> Any:
        await headers.set_headers_async(response)
        return response

    # Each host's own way is the cheap one there, as its documentation has it.
    chosen: Callable[[Any], Any] | Callable[[Any], Awaitable[Any]]
    chosen = async_hook if isinstance(app, quart.Quart) else hook
    app.after_request(chosen)


def _flask_cors(app: Any) -> None:
    import flask_cors

    flask_cors.CORS(app, origins=_ORIGINS, expose_headers="X-Total")


def _quart_cors(app: Any) -> None:
    import quart_cors

    quart_cors.cors(app, allow_origin=_ORIGINS, expose_headers=["X-Total"])


def _flask_compress(app: Any) -> None:
    import flask_compress

    app.config["COMPRESS_LEVEL"] = _GZIP_LEVEL
    flask_compress.Compress(app)


_WAYS: Final[dict[str, Callable[[App], None]]] = {
    "talisman": _talisman,
    "secure": _secure,
    "flask-cors": _flask_cors,
    "quart-cors": _quart_cors,
    "flask-compress": _flask_compress,
}
