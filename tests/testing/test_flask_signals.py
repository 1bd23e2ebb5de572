"""What a test connects to Flask's signals hears what a Quart app sends."""

from __future__ import annotations

import types
from contextlib import contextmanager

import flask
import pytest
import quart

from afterware.testing import flask_signals


@pytest.fixture
def forwarded():
    with flask_signals.forwarded():
        yield


@pytest.fixture
def site(forwarded, twin):
    twin.app.testing = True

    @twin.route("/")
    async def index():
        sent = twin.module.flash("seen", "note")
        if sent is not None:
            await sent
        page = twin.module.render_template_string("{{ name }}", name="ann")
        return page if isinstance(page, str) else await page

    @twin.route("/broken")
    def broken():
        raise ZeroDivisionError("broken")

    return twin


@contextmanager
def captured_templates(app):
    """The recipe of Flask's documentation, made here: what an app renders."""
    recorded = []

    def record(sender, template, context, **extra):
        recorded.append((context["name"], flask.request.path))

    flask.template_rendered.connect(record, app)
    try:
        yield recorded
    finally:
        flask.template_rendered.disconnect(record, app)


def test_the_templates_that_an_app_renders_are_captured_while_connected(site):
    client = site.client()
    with captured_templates(site.app) as templates:
        client.get("/")
    client.get("/")
    assert templates == [("ann", "/")]


SIGNALS = {
    "appcontext_popped": set(),
    "appcontext_pushed": set(),
    "appcontext_tearing_down": {"exc"},
    "before_render_template": {"context", "template"},
    "message_flashed": {"category", "message"},
    "request_finished": {"response"},
    "request_started": set(),
    "request_tearing_down": {"exc"},
    "template_rendered": {"context", "template"},
}


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_comes_from_its_app_with_what_flask_sends(name, site):
    heard = []
    other = site.new_app()
    signal = getattr(flask, name)

    def hear(sender, **sent):
        heard.append((sender, set(sent)))

    def hear_other(sender, **sent):
        raise AssertionError("sent by another app")

    with signal.connected_to(hear, site.app), signal.connected_to(hear_other, other):
        site.client().get("/")
    assert heard == [(site.app, SIGNALS[name])]


def test_an_exception_that_nothing_handles_is_heard(site):
    site.app.testing = False
    site.app.logger.disabled = True
    heard = []

    @flask.got_request_exception.connect_via(site.app)
    def hear(sender, exception, **sent):
        heard.append(type(exception))

    assert site.client().get("/broken").status_code == 500
    flask.got_request_exception.disconnect(hear)
    assert heard == [ZeroDivisionError]


def test_what_a_receiver_raises_reaches_the_test(site):
    def refuse(sender, **sent):
        raise LookupError("refused")

    with (
        flask.request_started.connected_to(refuse, site.app),
        pytest.raises(LookupError, match="refused"),
    ):
        site.client().get("/")


def test_a_coroutine_function_is_awaited(forwarded, quart_twin):
    heard = []

    async def hear(sender, **sent):
        heard.append(sender)

    with flask.request_started.connected_to(hear, quart_twin.app):
        quart_twin.client().get("/")
    assert heard == [quart_twin.app]


@pytest.mark.parametrize(
    ("module", "hears"),
    [
        ("test_login", True),
        ("tests.helpers", True),
        ("shop.tests.helpers", True),
        ("login_test", True),
        ("conftest", True),
        ("flask_testing.utils", True),
        ("shop", False),
        ("shop.contest", False),
        ("shop.latest", False),
        ("attestation.views", False),
    ],
)
def test_an_app_that_connects_to_flasks_signals_hears_nothing_as_in_production(
    module, hears, forwarded, quart_twin
):
    code = types.ModuleType(module)
    code.heard = []
    source = "def connect(signal, app): signal.connect(hear, app)\n"
    source += "def hear(sender): heard.append(sender)\n"
    exec(source, vars(code))  # a module of that name
    code.connect(flask.request_started, quart_twin.app)
    quart_twin.client().get("/")
    flask.request_started.disconnect(code.hear, quart_twin.app)
    assert code.heard == ([quart_twin.app] if hears else [])


def test_what_is_replaced_is_put_back():
    def state():
        return dict(vars(flask.request_started)), dict(quart.request_started.receivers)

    def hear(sender):
        raise AssertionError("nothing was sent")

    before = state()
    with flask_signals.forwarded():
        assert state() != before
        with flask.request_started.connected_to(hear):
            assert state()[1] != before[1]
    assert state() == before
