"""The same tests on both hosts: a suite written for Flask runs, unchanged, against the Quart app.

`client(app)` is Flask's own test client over a Flask app, a Quart app or any other ASGI app, called
from plain, synchronous tests. `pytest -p afterware.testing` gives it to tests that call
`app.test_client()`, and the rest of this module to those that call `app.app_context()`,
`app.test_request_context(...)` and `app.test_cli_runner()`, with no edit.
"""

from .clients import client
from .contexts import app_context, request_context
from .lifespan import close
from .loops import run
from .runner import cli_runner
from .settling import settle

__all__ = ["app_context", "cli_runner", "client", "close", "request_context", "run", "settle"]

# What makes `-p afterware.testing` a pytest plugin; importing this package imports no pytest.
pytest_plugins = ("afterware.testing.plugin",)
