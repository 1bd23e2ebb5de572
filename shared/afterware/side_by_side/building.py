"""`url_for` in either app builds the URLs of both."""

from __future__ import annotations

from typing import Any

from .routing import MergedRule, Side

__all__ = ["share_urls"]


def share_urls(quart_app: Any, flask_app: Any) -> None:
    """Give each app rules that only build, for the endpoints that are the other's.

    The apps' own `static` stays their own. A second call adds what has come since.
    """
    apps: dict[Side, Any] = {"quart": quart_app, "flask": flask_app}
    own = {side: list(app.url_map.iter_rules()) for side, app in apps.items()}
    for side, app in apps.items():
        other: Side = "flask" if side == "quart" else "quart"
        known = {_identity(rule) for rule in own[side]}
        endpoints = {rule.endpoint for rule in own[side]}
        for rule in own[other]:
            if isinstance(rule, MergedRule) or _identity(rule) in known:
                continue
            if rule.endpoint.rpartition(".")[2] == "static" and rule.endpoint in endpoints:
                continue
            app.url_map.add(MergedRule(rule, other, build_only=True))


def _identity(rule: Any) -> tuple[Any, ...]:
    """What makes two rules build the same URLs."""
    defaults = tuple(sorted((rule.defaults or {}).items(), key=repr))
    return rule.endpoint, rule.rule, rule.host, rule.subdomain, repr(defaults)
