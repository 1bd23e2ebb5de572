"""Apps of both hosts, of one source, and a client over each."""

from __future__ import annotations

import functools
import inspect

import flask
import pytest
import quart

from afterware import testing


class Twin:
    """An app of one host whose views are written once, as `def`; on Quart they run on the loop."""

    def __init__(self, host):
        self.host = host
        self.module = flask if host == "flask" else quart
        self.app = self.new_app()

    def new_app(self, **options):
        app = (flask.Flask if self.host == "flask" else quart.Quart)("served", **options)
        app.secret_key = "a key for tests"
        return app

    def inline(self, function):
        """A function as the host runs it inline; what it gives may be awaited on Quart."""
        if self.host == "flask" or inspect.iscoroutinefunction(function):
            return function

        @functools.wraps(function)
        async def coloured(*args, **kwargs):
            result = function(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        return coloured

    def route(self, rule, **options):
        def decorate(view):
            name = options.pop("endpoint", view.__name__)
            self.app.add_url_rule(rule, name, self.inline(view), **options)
            return view

        return decorate

    def client(self, **options):
        return testing.client(self.app, **options)


def _closed(twin):
    yield twin
    twin.app.logger.disabled = False
    testing.close()


@pytest.fixture(params=["flask", "quart"])
def twin(request):
    yield from _closed(Twin(request.param))


@pytest.fixture
def quart_twin():
    yield from _closed(Twin("quart"))


@pytest.fixture
def both():
    twins = [Twin("flask"), Twin("quart")]
    yield twins
    testing.close()
