"""One map of both apps' rules, and which app serves a request by it.

The outcome is that of a single Werkzeug Map with the rules of both apps, Quart's first, so that
Quart's wins where two rules are equal and the more special one wins elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter, Map, MapAdapter, RequestRedirect, Rule
from werkzeug.routing import converters as _werkzeug_converters
from werkzeug.routing.converters import ValidationError
from werkzeug.routing.exceptions import WebsocketMismatch
from werkzeug.security import safe_join

__all__ = ["Decision", "MergedRule", "Side", "Table"]

Side = Literal["quart", "flask"]

# True while the table asks which app serves a path. No app's context is there then.
_choosing: ContextVar[bool] = ContextVar("afterware_choosing", default=False)


class MergedRule(Rule):
    """A rule of one app, as it stands in a map beside the other app's.

    Its converters are those of the app that it comes from, since one name may mean two things.

    :param own: the app's own rule.
    :param side: the app.
    :param build_only: whether it is only there for `url_for`.
    """

    def __init__(self, own: Rule, side: Side, *, build_only: bool = False) -> None:
        super().__init__(
            own.rule,
            defaults=dict(own.defaults) if own.defaults else None,
            subdomain=own.subdomain,
            # Some rules have no set of methods: they take every method.
            methods=own.methods,
            build_only=build_only,
            endpoint=own.endpoint,
            strict_slashes=own.strict_slashes,
            merge_slashes=own.merge_slashes,
            redirect_to=own.redirect_to,
            alias=own.alias,
            host=own.host,
            websocket=own.websocket,
        )
        # Werkzeug adds HEAD wherever GET is; an app may have taken it off again.
        self.methods = None if own.methods is None else set(own.methods)
        self.own = own
        self.side: Side = side
        self.provide_automatic_options = getattr(own, "provide_automatic_options", False)

    def get_converter(
        self,
        variable_name: str,  # noqa: ARG002  # Werkzeug passes it
        converter_name: str,
        args: Any,
        kwargs: Any,
    ) -> BaseConverter:
        """The converter of that name in the app that the rule comes from."""
        origin = self.own.map
        if converter_name not in origin.converters:
            raise LookupError(f"the converter {converter_name!r} does not exist")
        converter = origin.converters[converter_name](origin, *args, **kwargs)
        if type(converter).__module__ != _werkzeug_converters.__name__:
            _guard(converter)
        return converter


def _guard(converter: Any) -> None:
    """Keep a converter of an app from failing where no app's context is there.

    It may look at a database or at `current_app`. What it raises then says nothing of the path: the
    app that has the rule asks it again, in its context.
    """
    to_python = converter.to_python

    @wraps(to_python)
    def guarded(value: str) -> Any:
        try:
            return to_python(value)
        except ValidationError:
            raise
        except Exception:
            if _choosing.get():
                return value
            raise

    converter.to_python = guarded


@dataclass(frozen=True, slots=True)
class Decision:
    """Which app serves a request.

    :param side: the app.
    :param alone: whether its own map says all there is to say. Else the merged map tells it: where
        neither has a rule, where a redirect leads on, which methods there are.
    :param endpoint: the endpoint that is served; None where there is none.
    :param fixed: whether the next request like it is served alike; a static file may come and go.
    """

    side: Side
    alone: bool
    endpoint: str | None = None
    fixed: bool = True


class Table:
    """Which app serves a path, by one map of both apps' rules.

    :param quart_app: a Quart app.
    :param flask_app: a Flask app.
    :param to_flask: endpoints that Flask is to serve though Quart has them.
    :param errors: which app answers what neither has a rule for.
    :param first: whose rule wins where two are equal.
    """

    def __init__(
        self,
        quart_app: Any,
        flask_app: Any,
        *,
        to_flask: frozenset[str] = frozenset(),
        errors: Side = "flask",
        first: Side = "quart",
    ) -> None:
        self._apps: dict[Side, Any] = {"quart": quart_app, "flask": flask_app}
        self._errors: Side = errors
        order: tuple[Side, ...] = ("quart", "flask") if first == "quart" else ("flask", "quart")
        rules = {side: list(self._rules(side, to_flask)) for side in order}
        like = quart_app.url_map
        self.map = Map(
            default_subdomain=like.default_subdomain,
            strict_slashes=like.strict_slashes,
            merge_slashes=like.merge_slashes,
            redirect_defaults=like.redirect_defaults,
            host_matching=like.host_matching,
        )
        for side in order:
            for rule in rules[side]:
                self.map.add(rule)
        self._subdomains = quart_app.subdomain_matching and not like.host_matching
        #: Whether the Host header has a say in what is served.
        self.by_host = like.host_matching or self._subdomains
        self._adapter = None if self.by_host else self._bound(self.map, "")

    def _rules(self, side: Side, to_flask: frozenset[str]) -> Iterable[MergedRule]:
        app = self._apps[side]
        for own in app.url_map.iter_rules():
            if isinstance(own, MergedRule) or own.build_only:
                continue  # the other app's, which stands there for url_for
            if side == "quart" and own.endpoint in to_flask:
                continue
            folder = _static_folder(app, own.endpoint)
            if folder is not None and not Path(folder).is_dir():
                continue
            yield MergedRule(own, side)

    def decide(self, host: str, path: str, method: str) -> Decision:
        """Which app serves an HTTP request.

        :param host: what the Host header says; matters only where hosts or subdomains are matched.
        :param path: the path, decoded, without what the apps are mounted at.
        :param method: the method, upper case.
        """
        adapter = self._adapter or self._bound(self.map, host)
        choosing = _choosing.set(True)
        try:
            try:
                rule, values = adapter.match(path, method, return_rule=True, websocket=False)
            except RequestRedirect as redirect:
                return Decision(self._redirects(adapter, redirect, host, path, method), alone=False)
            except MethodNotAllowed:
                return Decision(self._refuses(host, path, method), alone=False)
            except WebsocketMismatch:
                return Decision("quart", alone=False)
            except HTTPException:
                return Decision(self._errors, alone=False)
            assert isinstance(rule, MergedRule)
            if rule.side == "quart" and self._lacks(rule.endpoint, values):
                found = self._alone("flask", host, path, method)
                if isinstance(found, Rule):
                    return Decision("flask", alone=True, endpoint=found.endpoint, fixed=False)
            fixed = _static_folder(self._apps[rule.side], rule.endpoint) is None
            # What a host answers to OPTIONS by itself tells the methods of every rule.
            return Decision(rule.side, method != "OPTIONS", rule.endpoint, fixed)
        finally:
            _choosing.reset(choosing)

    def _bound(self, of: Map, host: str) -> MapAdapter:
        """The adapter that the host of an app would make for a request to *host*."""
        app = self._apps["quart"]
        if not self.by_host:
            return of.bind("localhost", subdomain=of.default_subdomain or "")
        environ = {
            "HTTP_HOST": host,
            "SERVER_NAME": host or "localhost",
            "SERVER_PORT": "80",
            "REQUEST_METHOD": "GET",
            "wsgi.url_scheme": "http",
        }
        server_name = None if of.host_matching else app.config["SERVER_NAME"]
        return of.bind_to_environ(environ, server_name=server_name)

    def _alone(self, side: Side, host: str, path: str, method: str) -> Rule | HTTPException:
        """What one app's own map says."""
        adapter = self._bound(self._apps[side].url_map, host)
        try:
            rule, _ = adapter.match(path, method, return_rule=True, websocket=False)
        except HTTPException as error:
            return error
        return rule

    def _redirects(
        self, adapter: MapAdapter, redirect: RequestRedirect, host: str, path: str, method: str
    ) -> Side:
        """The app whose rule redirects."""
        alone = {side: self._alone(side, host, path, method) for side in self._apps}
        sides = [side for side in alone if isinstance(alone[side], RequestRedirect)]
        if len(sides) == 1:
            return sides[0]
        # Both would, or only both together do: the app that serves what it leads to.
        target = unquote(urlsplit(redirect.new_url).path)
        try:
            rule, _ = adapter.match(target, method, return_rule=True, websocket=False)
        except HTTPException:
            return sides[0] if sides else self._errors
        assert isinstance(rule, MergedRule)
        return rule.side

    def _refuses(self, host: str, path: str, method: str) -> Side:
        """The app that has the path with other methods; where both have it, the one for errors."""
        sides = [
            side
            for side in self._apps
            if isinstance(self._alone(side, host, path, method), MethodNotAllowed)
        ]
        return sides[0] if len(sides) == 1 else self._errors

    def _lacks(self, endpoint: str, values: Any) -> bool:
        """Whether it is a static file that Quart's folder does not have."""
        folder = _static_folder(self._apps["quart"], endpoint)
        if folder is None or "filename" not in values:
            return False
        path = safe_join(folder, values["filename"])
        return path is None or not Path(path).is_file()


def _static_folder(app: Any, endpoint: str) -> str | None:
    """The folder that a host serves under *endpoint* by itself; None for a view of the app's."""
    blueprint, _, name = endpoint.rpartition(".")
    if name != "static":
        return None
    owner = app.blueprints.get(blueprint) if blueprint else app
    if owner is None or not owner.static_folder:
        return None
    return str(owner.static_folder)
