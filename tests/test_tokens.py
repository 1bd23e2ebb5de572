"""A ContextVar is set before the view and reset after the response, by its token."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading

import pytest
import quart
from quart.asgi import ASGIHTTPConnection
from serving import http_scope

from afterware import HookContextError, Hooks, Sent
from afterware.tokens import InContext

USER = contextvars.ContextVar("USER", default="nobody")


@pytest.fixture(autouse=True)
def nobody():
    """Flask serves in the thread of the tests, so what a test leaves set would reach the next."""
    USER.set("nobody")


@pytest.fixture
def watched(host):
    """An app whose user is set before the view and reset after the response; and what came of it.

    Both ways of the reset are tried by whoever asks for it: the hook that resets is not registered.
    """
    hooks = Hooks()
    seen = []

    @hooks.before_request
    def set_user():
        host.module.g.token = USER.set("ada")
        tokens.append(host.module.g.token)

    def reset_user(sent):
        seen.append(USER.get())
        USER.reset(tokens.pop())
        seen.append(USER.get())

    tokens = []
    hooks.init_app(host.app)
    host.route("/")(lambda: USER.get())
    return hooks, reset_user, seen


def test_a_token_of_before_request_holds_in_after_response(host, watched):
    hooks, reset_user, seen = watched
    hooks.after_response(reset_user)
    assert host.ask().body == b"ada"
    assert seen == ["ada", "nobody"]


def test_it_holds_in_an_async_def(host, watched):
    hooks, reset_user, seen = watched

    @hooks.after_response
    async def reset(sent):
        reset_user(sent)

    host.ask()
    host.ask()
    assert seen == ["ada", "nobody"] * 2


def test_it_holds_where_the_view_raises(host, watched):
    hooks, reset_user, seen = watched
    hooks.after_response(reset_user)
    host.quiet()

    @host.route("/boom")
    def boom():
        raise LookupError("boom")

    assert host.ask("/boom").status == 500
    assert seen == ["ada", "nobody"]


def test_it_holds_for_a_stream(host, watched):
    hooks, reset_user, seen = watched
    hooks.after_response(reset_user)
    host.route("/stream")(lambda: host.app.response_class(iter([b"a", b"b"])))
    assert host.ask("/stream").body == b"ab"
    assert seen == ["ada", "nobody"]


def test_a_token_of_a_view_of_teardown_and_of_another_set_of_hooks_hold(host):
    order = []
    tokens = {}
    first, second = Hooks(), Hooks()

    @host.route("/")
    def home():
        tokens["view"] = USER.set("of the view")
        return "home"

    @first.teardown_request
    def teardown(exc):
        tokens["teardown"] = USER.set("of teardown")

    @first.after_response
    def back_to_the_view(sent):
        USER.reset(tokens.pop("teardown"))
        order.append(USER.get())

    @second.after_response
    def back_to_nobody(sent):
        USER.reset(tokens.pop("view"))
        order.append(USER.get())

    first.init_app(host.app)
    second.init_app(host.app)
    assert host.ask().status == 200
    assert order == ["of the view", "nobody"]


def test_it_holds_on_a_blueprint(host):
    hooks, tokens, seen = Hooks(), [], []
    blueprint = host.new_blueprint("shop")
    hooks.init_app(blueprint)
    hooks.before_request(lambda: tokens.append(USER.set("ada")))
    hooks.after_response(lambda sent: seen.append(USER.reset(tokens.pop())))
    host.route("/", blueprint)(lambda: "home")
    host.app.register_blueprint(blueprint)
    assert host.ask("/shop/").status == 200
    assert seen == [None]


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_holds_with_an_http_class_of_the_apps_own(quart_host, when):
    hooks, tokens, seen = Hooks(), [], []
    handled = []

    class Own(ASGIHTTPConnection):
        async def handle_request(self, request, send):
            handled.append(type(self))
            await super().handle_request(request, send)

    if when == "before":
        quart_host.app.asgi_http_class = Own
    hooks.init_app(quart_host.app)
    hooks.before_request(lambda: tokens.append(USER.set("ada")))
    hooks.after_response(lambda sent: seen.append(USER.reset(tokens.pop())))
    if when == "after":
        quart_host.app.asgi_http_class = Own
    quart_host.route("/")(lambda: "home")
    quart_host.ask()
    quart_host.ask()
    assert seen == [None, None]
    assert [issubclass(kind, Own) for kind in handled] == [True, True]
    assert {kind.__name__ for kind in handled} == {"Own"}


def test_a_class_that_handles_requests_otherwise_is_left_alone(quart_host):
    hooks, seen = Hooks(), []

    class Otherwise:
        def __init__(self, app, scope):
            pass

        async def __call__(self, receive, send):
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

    quart_host.app.asgi_http_class = Otherwise
    hooks.init_app(quart_host.app)
    hooks.after_response(seen.append)

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    quart_host.run(quart_host.app(http_scope("/"), receive, send))
    assert [sent.status for sent in seen] == [204]
    assert quart_host.app.asgi_http_class is Otherwise


def test_it_holds_where_the_client_leaves_and_the_request_is_cancelled(quart_host):
    hooks, tokens, seen = Hooks(), [], []
    left = asyncio.Event()

    @hooks.before_request
    async def set_user():
        tokens.append(USER.set("ada"))

    @hooks.after_response
    def reset(sent: Sent):
        USER.reset(tokens.pop())
        seen.append((sent.completed, USER.get()))

    @quart_host.app.get("/")
    async def waits():
        left.set()
        try:
            await asyncio.sleep(60)
        finally:
            seen.append(USER.get())

    hooks.init_app(quart_host.app)
    unread = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if unread:
            return unread.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    quart_host.run(asyncio.wait_for(quart_host.app(http_scope("/"), receive, send), 5))
    assert seen == ["ada", (False, "nobody")]


def test_requests_at_the_same_time_have_a_context_each(quart_host):
    hooks, tokens, seen = Hooks(), {}, []
    met = asyncio.Barrier(2)

    @hooks.before_request
    async def set_user():
        path = quart.request.path
        tokens[path] = USER.set(path)
        await met.wait()

    @hooks.after_response
    async def reset(sent):
        await met.wait()
        seen.append(USER.get())
        USER.reset(tokens.pop(sent.path))
        seen.append(USER.get())

    hooks.init_app(quart_host.app)
    quart_host.app.get("/a", endpoint="a")(_empty)
    quart_host.app.get("/b", endpoint="b")(_empty)

    async def both():
        client = quart_host.app.test_client()
        await asyncio.wait_for(asyncio.gather(client.get("/a"), client.get("/b")), 5)

    quart_host.run(both())
    assert sorted(seen) == ["/a", "/b", "nobody", "nobody"]
    assert USER.get() == "nobody"


async def _empty():
    return ""


def test_an_app_mounted_in_another_has_a_context_of_its_own(quart_host):
    """The scope of the inner exchange is made of that of the outer one."""
    inner, outer = quart.Quart("inner"), quart_host.app
    seen = []
    for app, name in ((inner, "inner"), (outer, "outer")):
        hooks, tokens = Hooks(), []
        hooks.before_request(lambda tokens=tokens, name=name: tokens.append(USER.set(name)))
        hooks.after_response(
            lambda sent, tokens=tokens: seen.append((USER.get(), USER.reset(tokens.pop())))
        )
        hooks.init_app(app)
    inner.get("/")(_empty)

    @outer.get("/")
    async def mount():
        async def receive():
            if unread:
                return unread.pop()
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.body" and not message["more_body"]:
                answered.set()

        unread = [{"type": "http.request", "body": b"", "more_body": False}]
        answered = asyncio.Event()
        await inner({**quart.request.scope}, receive, send)
        return USER.get()

    assert quart_host.ask().body == b"outer"
    assert seen == [("inner", None), ("outer", None)]


# Where a copy is in use.


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("quart", {"blocking": True}),
        ("flask", {"suspends": True}),
        ("quart", {"shield": True}),
    ],
)
def test_a_reset_in_a_copy_of_the_context_is_explained(request, caplog, name, options):
    host = request.getfixturevalue(f"{name}_host")
    hooks, tokens = Hooks(), []
    hooks.before_request(lambda: tokens.append(USER.set("ada")))

    def reset(sent):
        USER.reset(tokens.pop())

    async def reset_async(sent):
        reset(sent)

    hook = reset if "blocking" in options else reset_async
    hooks.after_response(**options)(hook)
    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    assert host.ask().status == 200
    option = f"{next(iter(options))}=True"
    assert hook.__qualname__ in caplog.text
    assert "reset a ContextVar in" in caplog.text
    assert f"{__file__}:{reset.__code__.co_firstlineno + 1}" in caplog.text
    assert f"in a hook without {option}" in caplog.text


def test_a_token_made_in_a_worker_thread_is_explained_where_it_is_reset(quart_host, caplog):
    hooks, tokens = Hooks(), []

    @hooks.before_request(blocking=True)
    def set_user():
        tokens.append(USER.set("ada"))

    @hooks.after_response
    def reset(sent):
        USER.reset(tokens.pop())

    hooks.init_app(quart_host.app)
    quart_host.route("/")(lambda: USER.get())
    assert quart_host.ask().body == b"ada"
    assert "reset a ContextVar in" in caplog.text
    assert "in a hook with blocking=True" in caplog.text


@pytest.mark.parametrize("on_error", ["raise", "log"])
def test_such_a_reset_in_a_teardown_hook_is_explained_as_well(quart_host, caplog, on_error):
    hooks, tokens, raised = Hooks(), [], []

    @hooks.before_request(blocking=True)
    def set_user():
        tokens.append(USER.set("ada"))

    @hooks.teardown_request(on_error=on_error)
    def reset(exc):
        USER.reset(tokens.pop())

    @hooks.after_response
    def note(sent):
        raised.append(sent.exception)

    hooks.init_app(quart_host.app)
    quart_host.quiet()
    quart_host.route("/")(lambda: "home")
    # What teardown raises is answered by Quart 0.22 and by Quart 0.23 raised out of the app.
    with contextlib.suppress(ValueError, ExceptionGroup):
        quart_host.ask()
    if on_error == "log":
        assert "reset a ContextVar in" in caplog.text
    else:
        error = raised[0]
        while isinstance(error, ExceptionGroup):
            (error,) = error.exceptions
        assert isinstance(error, HookContextError)
        assert isinstance(error, ValueError)
        assert error.hook.name.endswith("reset")


def test_another_value_error_stays_as_it_is(quart_host, caplog):
    hooks = Hooks()

    @hooks.after_response(blocking=True)
    def fails(sent):
        raise ValueError("no such value")

    hooks.init_app(quart_host.app)
    quart_host.route("/")(lambda: "home")
    quart_host.ask()
    assert "no such value" in caplog.text
    assert "ContextVar" not in caplog.text


# How a coroutine is run in a context that is not its task's, before Python 3.12.


def test_a_coroutine_runs_in_the_context_that_it_is_given():
    context, before = contextvars.copy_context(), USER.get()

    async def serve():
        token = USER.set("eve")
        await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(None, threading.Event().wait, 0)
        return token, USER.get()

    async def main():
        token, user = await InContext(serve(), context)
        assert user == "eve"
        assert USER.get() == before
        return token

    token = asyncio.run(main())
    assert context.run(USER.get) == "eve"
    context.run(USER.reset, token)
    assert context.run(USER.get) == before


def test_it_is_cancelled_with_its_task_and_may_outlast_that():
    ended = []

    async def serve():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            ended.append("cleaned up")
            raise

    async def main():
        task = asyncio.create_task(_awaited(InContext(serve(), contextvars.copy_context())))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        ended.append(task.cancelled())

    asyncio.run(main())
    assert ended == ["cleaned up", True]


async def _awaited(awaitable):
    return await awaitable


def test_what_it_raises_comes_out_and_what_is_raised_into_it_may_be_caught():
    async def fails():
        raise KeyError("lost")

    async def waits():
        try:
            async with asyncio.timeout(0.001):
                await asyncio.sleep(60)
        except TimeoutError:
            return "in time"

    async def main():
        with pytest.raises(KeyError, match="lost"):
            await InContext(fails(), contextvars.copy_context())
        return await InContext(waits(), contextvars.copy_context())

    assert asyncio.run(main()) == "in time"
