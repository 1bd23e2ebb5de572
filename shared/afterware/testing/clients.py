"""`client(app)`: Flask's own test client, over an app of either host or any ASGI app.

The client is the class that the app names (`app.test_client_class`), or Flask's; what is changed is
how it reaches the app, and how it opens the session of a Quart app.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import werkzeug.test
from werkzeug.datastructures import MultiDict

from . import loops
from .face import face_of
from .kinds import flask_of, kind_of, quart_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from werkzeug.test import TestResponse

__all__ = ["client"]


def client(
    app: Any, *, use_cookies: bool = True, def_inline: bool | None = None, **kwargs: Any
) -> Any:
    """A test client over *app*, for plain tests: Flask's own, with all it can.

    :param app: a Flask app, a Quart app, or any other ASGI or WSGI app; the last two get Werkzeug's
        client, which Flask's is made of and which knows no sessions and no contexts.
    :param use_cookies: keep cookies from one request to the next.
    :param def_inline: on Quart, run what is `def` in the test's thread, as Flask does, instead of
        in a worker thread, as Quart does when it is served. By default as it is served.
    :param kwargs: for the class that `app.test_client_class` names.
    :raises TypeError: *app* is no app, or its test_client_class is made of Quart's own client.
    """
    kind = kind_of(app)
    if kind in ("asgi", "wsgi"):
        chosen: Any = _combined(werkzeug.test.Client)
        made = chosen(app, use_cookies=use_cookies, **kwargs)
    elif kind == "flask":
        from flask.testing import FlaskClient

        chosen = _combined(app.test_client_class or FlaskClient)
        made = chosen(app, app.response_class, use_cookies=use_cookies, **kwargs)
    else:
        chosen = _combined(_quart_class(app), sessions=True)
        response_class = _response_class(app.response_class)
        made = chosen(app, response_class, use_cookies=use_cookies, **kwargs)
    inline = default_def_inline if def_inline is None else def_inline
    made.__dict__["_face"] = face_of(app, def_inline=inline)
    return made


# What `def_inline` is where a client is not told; the pytest plugin sets it.
default_def_inline = False


def _quart_class(app: Any) -> type[werkzeug.test.Client]:
    from flask.testing import FlaskClient
    from quart.testing import QuartClient

    named: Any = app.test_client_class
    if named in (None, QuartClient):
        return FlaskClient
    if isinstance(named, type) and issubclass(named, werkzeug.test.Client):
        return named
    raise TypeError(
        f"app.test_client_class is {named!r}, whose methods are coroutines. For plain tests make it"
        " a subclass of flask.testing.FlaskClient, or leave it; in an async test, call it there"
    )


class _Faced(werkzeug.test.Client):
    """A client that calls its app through a WSGI face of it."""

    @functools.cached_property
    def _face(self) -> WSGIApplication:
        return face_of(self.application, def_inline=default_def_inline)

    def run_wsgi_app(self, environ: WSGIEnvironment, buffered: bool = False) -> Any:
        # `application` is what the test knows as its app; only here it is the face.
        shadow = copy.copy(self)
        shadow.application = self._face
        return werkzeug.test.Client.run_wsgi_app(shadow, environ, buffered)


class _Forms(werkzeug.test.Client):
    """A client that takes `form=` and `files=` as well, before the class that the app names."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """As Werkzeug's, with `form=` and `files=` in the place of `data=` where that is clearer.

        :param kwargs: form maps fields to values or lists of them; files maps fields to files, to
            tuples of a file, its name and its type, or to lists of them.
        """
        if "form" in kwargs or "files" in kwargs:
            kwargs["data"] = _data(kwargs)
        return super().open(*args, **kwargs)


def _data(kwargs: dict[str, Any]) -> MultiDict[str, Any]:
    if kwargs.get("data") is not None or kwargs.get("json") is not None:
        raise TypeError("give form and files, or data, or json: each is a whole body")
    merged: MultiDict[str, Any] = MultiDict()
    for part in (kwargs.pop("form", None), kwargs.pop("files", None)):
        if part is None:
            continue
        if not isinstance(part, Mapping):
            raise TypeError(f"form and files are mappings, not {type(part).__qualname__}")
        for name, values in part.lists() if isinstance(part, MultiDict) else part.items():
            # A tuple is one file with its name and type; a list is several of what it holds.
            for value in values if isinstance(values, list) else [values]:
                merged.add(name, value)
    return merged


class _QuartSessions:
    """What Flask's client does with the app's sessions, for those of Quart."""

    application: Any
    _cookies: Any

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Open the session as a request would, and store it afterwards, as Flask's client does.

        :param args: for the request, as for `test_request_context`.
        :raises TypeError: the client keeps no cookies.
        :raises RuntimeError: the app's session interface opened none.
        """
        from .contexts import request_context
        from .requests import environ_of

        if self._cookies is None:
            raise TypeError("Cookies are disabled. Create a client with 'use_cookies=True'.")
        app = self.application
        environ = environ_of(app, *args, **kwargs)
        self._add_cookies_to_wsgi(environ)  # type: ignore[attr-defined]  # of Werkzeug's client
        context = request_context(app, environ)
        request = context.request
        interface = app.session_interface
        with context:
            session = _finished(interface.open_session(app, request))
        if session is None:
            raise RuntimeError("Session backend did not open a session.")
        yield session
        if interface.is_null_session(session):
            return
        response = app.response_class("")
        with context:
            _finished(interface.save_session(app, session, response))
        self._update_cookies_from_response(  # type: ignore[attr-defined]  # of Werkzeug's client
            request.host.partition(":")[0], request.path, response.headers.getlist("Set-Cookie")
        )


def _finished(result: Any) -> Any:
    """What a method of a session interface gives; Quart lets it be a coroutine or not."""
    return loops.run(result) if inspect.isawaitable(result) else result


_classes: dict[tuple[type, bool], Any] = {}


def _combined(named: type[werkzeug.test.Client], sessions: bool = False) -> Any:
    """*named*, its calls going through the face of the app."""
    if (named, sessions) in _classes:
        return _classes[named, sessions]
    plain = named is werkzeug.test.Client
    bases: tuple[type, ...] = (_Forms, _Faced) if plain else (_Forms, named, _Faced)
    if sessions:
        from flask.testing import FlaskClient

        ours = type(FlaskClient.__name__, (_QuartSessions, FlaskClient), {})
        chosen = ours if named is FlaskClient else type(named.__name__, (named, ours), {})
        bases = (_Forms, chosen, _Faced)
    made = type(named.__name__, bases, {"__module__": named.__module__})
    return _classes.setdefault((named, sessions), made)


@functools.cache
def _response_class(named: type) -> type:
    """The class of the answers that tests get from a Quart app: Flask's, not Quart's.

    What the app's own response class adds is there too: the mixins it is made of, and the plain
    attributes and methods that its classes have and Quart's has not.
    """
    import flask
    import quart

    mixins: list[type] = []
    added: dict[str, Any] = {}
    for each in named.__mro__:
        if each in quart.Response.__mro__:
            continue
        if not issubclass(each, quart.Response):
            mixins.append(each)
            continue
        for name, value in vars(each).items():
            if name.startswith("__") or hasattr(quart.Response, name):
                continue
            if not inspect.iscoroutinefunction(value):
                added.setdefault(name, value)
    if not mixins and not added:
        return flask.Response
    return type(named.__name__, (*mixins, flask.Response), added)


def is_ours(value: Any) -> bool:
    """Whether *value* is a client that `client` made."""
    return isinstance(value, _Faced)


def app_of(value: Any) -> Any:
    """The app that a fixture's value stands for: the app itself, or what a client calls."""
    if isinstance(value, werkzeug.test.Client):
        return value.application
    return value if flask_of(value) is not None or quart_of(value) is not None else None
