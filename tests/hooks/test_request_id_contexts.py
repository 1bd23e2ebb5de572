"""request_id() in websockets, threads, copies of a context, and requests within requests."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from websockets_of import websocket_events

from afterware import Hooks
from afterware.hooks import AccessLog, Cookies, RequestId, ServerTiming, request_id, span

GIVEN = {"X-Request-ID": "outer"}


@pytest.fixture(autouse=True)
def _factory() -> Any:
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


def test_it_is_known_in_a_thread_under_a_copied_request_context(host: Any, bind: Any) -> None:
    bind(host, RequestId())
    found: list[Any] = []
    module = host.module

    if host.name == "flask":

        def view() -> str:
            @module.copy_current_request_context
            def work() -> None:
                found.append(request_id())

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            with ThreadPoolExecutor(1) as pool:
                pool.submit(module.copy_current_request_context(work)).result()
            return ""

    else:

        async def view() -> str:  # type: ignore[misc]  # of the host's colour
            @module.copy_current_request_context
            async def work() -> None:
                found.append(request_id())

            # A task in an empty context, as a pool of workers has it.
            await asyncio.get_running_loop().create_task(work(), context=contextvars.Context())
            await asyncio.create_task(work())
            return ""

    host.route("/")(view)
    assert host.ask(headers=GIVEN).headers["X-Request-ID"] == "outer"
    assert found == ["outer", "outer"]
    assert request_id() is None


def test_it_is_known_in_every_copy_of_the_context(host: Any, bind: Any) -> None:
    bind(host, RequestId())

    @host.route("/")
    def view() -> str:
        with ThreadPoolExecutor(1) as pool:
            context = contextvars.copy_context()
            return str(pool.submit(context.run, request_id).result())

    assert host.ask(headers=GIVEN).body == b"outer"


def test_a_bare_thread_has_none(host: Any, bind: Any) -> None:
    bind(host, RequestId())

    @host.route("/")
    def view() -> str:
        with ThreadPoolExecutor(1) as pool:
            return str(pool.submit(contextvars.Context().run, request_id).result())

    assert host.ask(headers=GIVEN).body == b"None"


@pytest.mark.parametrize("read", [True, False])
def test_an_outer_request_has_its_id_back_after_an_inner_one(
    host: Any, bind: Any, read: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where nobody reads or closes the inner answer."""
    bind(host, RequestId())
    log = logging.getLogger("app")
    caplog.set_level(logging.INFO)
    kept: list[Any] = []
    host.route("/inner")(lambda: str(request_id()))

    def stream(ids: list[Any]) -> Any:
        log.info("streaming")
        yield f"{ids[0]} {ids[1]} {request_id()}".encode()

    ids: list[Any] = []
    if host.name == "flask":

        def view() -> Any:
            ids.append(request_id())
            answer = host.app.test_client().get("/inner", headers={"X-Request-ID": "inner"})
            kept.append(answer)
            if read:
                assert answer.get_data() == b"inner"
                answer.close()
            ids.append(request_id())
            log.info("after")
            return host.app.response_class(stream(ids))

    else:

        async def view() -> Any:
            ids.append(request_id())
            client = host.app.test_client()
            answer = await client.get("/inner", headers={"X-Request-ID": "inner"})
            if read:
                assert await answer.get_data() == b"inner"
            ids.append(request_id())
            log.info("after")
            return host.app.response_class(stream(ids))

    host.route("/")(view)
    assert host.ask(headers=GIVEN).body == b"outer outer outer"
    said = {r.getMessage(): r.request_id for r in caplog.records if r.name == "app"}  # type: ignore[attr-defined]  # the factory's
    assert said == {"after": "outer", "streaming": "outer"}
    for answer in kept:
        answer.close()
    assert request_id() is None


def test_hooks_after_the_response_know_it_whatever_its_header_is_called(
    host: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "afterware.access")
    found: list[Any] = []
    hooks = Hooks()
    hooks.add(AccessLog(), RequestId("X-Correlation-ID"))

    @hooks.after_response
    def plain(_: Any) -> None:
        found.append(request_id())

    @hooks.after_response
    async def asynchronous(_: Any) -> None:
        found.append(request_id())

    hooks.init_app(host.app)
    host.route("/")(lambda: "")
    host.ask(headers={"X-Correlation-ID": "mine"})
    assert found == ["mine", "mine"]
    assert [r.request_id for r in caplog.records if r.name == "afterware.access"] == ["mine"]  # type: ignore[attr-defined]  # its own
    assert request_id() is None


def test_a_websocket_has_an_id_from_its_handshake_to_its_end(quart_host: Any, bind: Any) -> None:
    bind(quart_host, RequestId())
    module = quart_host.module

    async def said() -> str:
        return str(request_id())

    async def view() -> None:
        await module.websocket.send(await said())
        task = asyncio.create_task(said())
        await module.websocket.send(await task)
        await module.websocket.send(await module.copy_current_websocket_context(said)())

    quart_host.app.websocket("/ws")(view)
    accepted, *sent = quart_host.run(
        websocket_events(quart_host.app, "/ws", [(b"x-request-id", b"mine")])
    )
    assert accepted["type"] == "websocket.accept"
    assert (b"x-request-id", b"mine") in accepted["headers"]
    assert [each["text"] for each in sent if each["type"] == "websocket.send"] == ["mine"] * 3
    assert request_id() is None
    accepted, first, *_ = quart_host.run(websocket_events(quart_host.app, "/ws"))
    made = dict(accepted["headers"])[b"x-request-id"].decode()
    assert (len(made), first["text"]) == (32, made)


def test_a_websocket_that_is_refused_is_told_its_id(quart_host: Any, bind: Any) -> None:
    bind(quart_host, RequestId())

    @quart_host.app.before_websocket
    async def refuse() -> Any:
        return "no", 403

    async def view() -> None: ...

    quart_host.app.websocket("/ws")(view)
    start, *_ = quart_host.run(
        websocket_events(quart_host.app, "/ws", [(b"x-request-id", b"mine")])
    )
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)
    assert (b"x-request-id", b"mine") in start["headers"]


def test_the_cookies_of_a_handshake_are_completed_too(quart_host: Any, bind: Any) -> None:
    bind(quart_host, Cookies())

    async def view() -> None:
        await quart_host.module.websocket.accept(headers={"Set-Cookie": "a=1"})

    quart_host.app.websocket("/ws")(view)
    for scheme, secure in (("ws", ""), ("wss", "; Secure")):
        accepted, *_ = quart_host.run(websocket_events(quart_host.app, "/ws", scheme=scheme))
        cookie = dict(accepted["headers"])[b"set-cookie"].decode()
        assert cookie == f"a=1; SameSite=Lax{secure}; HttpOnly"


def test_a_span_is_counted_for_the_request_that_it_is_in(host: Any, bind: Any) -> None:
    bind(host, ServerTiming())
    inner: list[str] = []

    @host.route("/inner")
    def within() -> str:
        with span("inside"):
            return ""

    if host.name == "flask":

        def view() -> str:
            with span("first"):
                inner.append(host.app.test_client().get("/inner").headers["Server-Timing"])
            with span("last"):
                return ""

    else:

        async def view() -> str:  # type: ignore[misc]  # of the host's colour
            with span("first"):
                answer = await host.app.test_client().get("/inner")
                inner.append(answer.headers["Server-Timing"])
            with span("last"):
                return ""

    host.route("/")(view)
    names = [part.partition(";")[0] for part in host.ask().headers["Server-Timing"].split(", ")]
    assert names == ["total", "hooks", "first", "last"]
    assert [part.partition(";")[0] for part in inner[0].split(", ")] == ["total", "hooks", "inside"]


def test_a_span_is_counted_through_a_middleware_that_copies_the_scope(quart_host: Any) -> None:
    """Hypercorn's ProxyFixMiddleware works on a deep copy."""
    from hypercorn.middleware import ProxyFixMiddleware

    app = quart_host.app
    app.asgi_app = ProxyFixMiddleware(app.asgi_app)
    hooks = Hooks()
    hooks.add(ServerTiming(), RequestId())
    hooks.init_app(app)

    @quart_host.route("/")
    def view() -> str:
        with span("inside"):
            return str(request_id())

    answer = quart_host.ask(headers=GIVEN)
    assert "inside;dur=" in answer.headers["Server-Timing"]
    assert answer.body == b"outer"
