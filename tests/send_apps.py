"""Apps that send a file by the helper, for real servers."""

from __future__ import annotations

import io

import flask
import quart

from afterware import Hooks, helpers
from afterware.drive import drive

flask_app = flask.Flask("files")
quart_app = quart.Quart("files")
for _app in (flask_app, quart_app):
    Hooks().init_app(_app)


async def _file():
    return await helpers.send_file(io.BytesIO(b"0123456789"), download_name="zoë.txt")


flask_app.add_url_rule("/file", "file", lambda: drive(_file()))
quart_app.add_url_rule("/file", "file", _file)
