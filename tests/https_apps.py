"""Apps that redirect to https, for real servers."""

from __future__ import annotations

import flask
import quart

from afterware import Hooks
from afterware.hooks import SecurityHeaders

flask_app = flask.Flask("pages")
quart_app = quart.Quart("pages")
for _app in (flask_app, quart_app):
    hooks = Hooks()
    hooks.add(SecurityHeaders(None))
    hooks.init_app(_app)
