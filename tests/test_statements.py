"""The statements by which after_request hooks are taught, each on both hosts."""

from __future__ import annotations

import logging
import re

import pytest

from afterware import HookRegistrationError, Hooks, body, current_app, g, request, session


@pytest.fixture
def hooks(host):
    """An app with a view, an error and a redirect, and the hooks that a test registers."""
    hooks = Hooks()
    hooks.init_app(host.app)

    @host.route("/")
    def home():
        return {"message": "Hello, world!"}

    @host.route("/boom")
    def boom():
        raise RuntimeError("boom")

    return hooks


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "GET", 200), ("/none", "GET", 404), ("/", "POST", 405), ("/boom", "GET", 500)],
)
@pytest.mark.parametrize("colour", ["def", "async def"])
def test_a_header_is_put_on_every_response(host, hooks, colour, path, method, status):
    if colour == "def":

        @hooks.after_request
        def header(response):
            response.headers["X-Served-By"] = "us"
            return response
    else:

        @hooks.after_request
        async def header(response):
            response.headers["X-Served-By"] = "us"
            return response

    answer = host.ask(path, method)
    assert answer.status == status
    assert answer.headers["X-Served-By"] == "us"


def test_the_status_of_each_response_is_logged(host, hooks, caplog):
    @hooks.after_request
    def log(response):
        logging.getLogger("statuses").warning("%s %s", request.path, response.status_code)
        return response

    for path in ("/", "/none", "/boom"):
        host.ask(path)
    messages = [record.getMessage() for record in caplog.records if record.name == "statuses"]
    assert messages == ["/ 200", "/none 404", "/boom 500"]


def test_the_body_is_changed(host, hooks):
    @hooks.after_request
    async def translate(response):
        value = await body.read_json(response)
        body.replace_json(response, {**value, "language": "en"})
        return response

    answer = host.ask("/")
    assert answer.json == {"message": "Hello, world!", "language": "en"}
    assert answer.headers["Content-Length"] == str(len(answer.body))


def test_the_status_is_changed(host, hooks):
    @hooks.after_request
    def created(response):
        response.status_code = 201
        return response

    assert host.ask("/").status == 201


def test_a_cookie_is_set(host, hooks):
    @hooks.after_request
    def cookie(response):
        response.set_cookie("seen", "yes", samesite="Lax", httponly=True)
        return response

    assert host.ask("/").headers["Set-Cookie"] == "seen=yes; HttpOnly; Path=/; SameSite=Lax"


def test_the_session_is_changed(host, hooks):
    @hooks.after_request
    def count(response):
        session["count"] = session.get("count", 0) + 1
        response.headers["X-Count"] = str(session["count"])
        return response

    assert [host.ask("/").headers["X-Count"] for _ in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize("path", ["/", "/none", "/boom"])
def test_a_resource_is_released_after_each_request(host, hooks, path):
    log = []

    @hooks.before_request
    def acquire():
        g.resource = "connection"
        log.append("acquired")

    @hooks.teardown_request
    def release(exc):
        log.append(f"released {g.pop('resource')}")

    host.ask(path)
    assert log == ["acquired", "released connection"]


@pytest.mark.parametrize("parameters", [0, 2])
def test_a_hook_takes_one_argument_the_response(hooks, parameters):
    hook = {0: lambda: None, 2: lambda response, more: response}[parameters]
    with pytest.raises(HookRegistrationError, match=re.escape("is called with (response)")):
        hooks.after_request(hook)


@pytest.mark.parametrize("colour", ["def", "async def"])
def test_a_hook_that_forgets_to_return_the_response_is_named(host, hooks, caplog, colour):
    if colour == "def":

        @hooks.after_request
        def forgetful(response):
            if request.path == "/forgets":
                return None
            return response
    else:

        @hooks.after_request
        async def forgetful(response):
            if request.path == "/forgets":
                return None
            return response

    @host.route("/forgets")
    def forgets():
        return "a body"

    assert host.ask("/forgets").status == 500
    said = "\n".join(str(record.exc_info[1]) for record in caplog.records if record.exc_info)
    assert "forgetful" in said
    assert f"{__file__}:{forgetful.__code__.co_firstlineno}" in said
    assert "returned None" in said
    assert "End it with `return response`" in said
    assert host.ask("/").status == 200, "the server goes on"


def test_hooks_run_in_the_order_in_which_they_were_registered(host, hooks):
    ran = []

    def named(name):
        def hook(response):
            ran.append(name)
            return response

        return hook

    for name in "abc":
        hooks.after_request(named(name))
    host.ask("/")
    assert ran == ["a", "b", "c"]


def test_the_hosts_own_after_request_runs_in_reverse(host, hooks):
    ran = []

    def named(name):
        def hook(response):
            ran.append(name)
            return response

        return host.colour(hook)

    for name in "abc":
        host.app.after_request(named(name))
    host.ask("/")
    assert ran == ["c", "b", "a"]


def test_hooks_run_after_the_view_and_before_anything_is_sent(host):
    log = []
    hooks = Hooks()

    @hooks.after_request
    def hook(response):
        log.append("hook")
        return response

    hooks.init_app(host.app)

    @host.route("/stream")
    def stream():
        log.append("view")

        def chunks():
            log.append("first byte")
            yield b"streamed"

        return host.app.response_class(chunks())

    assert host.ask("/stream").body == b"streamed"
    assert log == ["view", "hook", "first byte"]


def test_home_says_hello_byte_for_byte_alike(host, hooks):
    @hooks.after_request
    def nosniff(response):
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    answer = host.ask("/")
    assert answer.body == b'{"message":"Hello, world!"}\n'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/json"


def test_an_app_made_response_may_be_returned_instead(host, hooks):
    @hooks.after_request
    def instead(response):
        return current_app.response_class("another", status=203)

    answer = host.ask("/")
    assert (answer.status, answer.body) == (203, b"another")
