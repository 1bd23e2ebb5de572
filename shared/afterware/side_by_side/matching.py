"""The merged map in the apps' own matching: redirects, 404, 405 and OPTIONS tell of both apps.

A host asks `app.create_url_adapter(request)` for what matches a request, a method that both hosts
document and that may be replaced. Of a request that came through SideBySide, and whose answer
depends on both apps' rules, the adapter asks the merged map. Every other request it leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from werkzeug.routing import MapAdapter

from .routing import MergedRule, Side, Table

__all__ = ["KEY", "follow"]

# Where the table stands in an ASGI scope and in a WSGI environ.
KEY = "afterware.side_by_side"


def follow(app: Any, side: Side, carrier: Callable[[Any], Mapping[str, Any]]) -> None:
    """Have *app* match by the merged map the requests that carry one.

    :param carrier: gives the mapping of a request that may hold the table under `KEY`.
    """
    create = app.create_url_adapter
    if getattr(create, "of_side_by_side", False):
        return

    @wraps(create)
    def create_url_adapter(request: Any) -> MapAdapter | None:
        adapter: MapAdapter | None = create(request)
        if adapter is not None and request is not None:
            table = carrier(request).get(KEY)
            if table is not None:
                adapter.match = _by_both(adapter, adapter.match, side, table)  # type: ignore[method-assign]  # of this request alone
        return adapter

    create_url_adapter.of_side_by_side = True  # type: ignore[attr-defined]  # read above
    app.create_url_adapter = create_url_adapter


def _by_both(
    adapter: MapAdapter, alone: Callable[..., Any], side: Side, table: Table
) -> Callable[..., Any]:
    """`MapAdapter.match`, by the rules of both apps."""

    def match(
        path_info: str | None = None,
        method: str | None = None,
        return_rule: bool = False,
        query_args: Any = None,
        websocket: bool | None = None,
    ) -> Any:
        both = table.map.bind(
            adapter.server_name,
            adapter.script_name,
            adapter.subdomain,
            adapter.url_scheme,
            adapter.default_method,
            adapter.path_info,
            adapter.query_args,
        )
        rule, values = both.match(path_info, method, True, query_args, websocket)
        assert isinstance(rule, MergedRule)
        if rule.side != side:
            # A converter that asks something else each time: the app answers by its own rules.
            return alone(path_info, method, return_rule, query_args, websocket)
        return (rule.own, values) if return_rule else (rule.endpoint, values)

    return match
