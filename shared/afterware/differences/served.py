"""The app that the servers serve to the probes which ask over a socket."""

from __future__ import annotations

import importlib
from typing import Any

from .. import request
from . import leaving, wire_whole
from .stage import At
from .wire import ROUTES

__all__ = ["make"]


def make(name: str, bound: bool) -> Any:
    """An app of the host *name* with all routes and their hooks.

    :param bound: whether the hooks are bound through Afterware.
    """
    stage = At(importlib.import_module(name), bound).stage()
    for path, route in ROUTES.items():
        stage.view(route.answer, path)

    def hook(response: Any) -> Any:
        route = ROUTES.get(request.path)
        if route is not None:
            route.hook(response)
        return response

    stage.after_request(hook)
    leaving.serve(stage)
    wire_whole.serve(stage)
    return stage.made()
