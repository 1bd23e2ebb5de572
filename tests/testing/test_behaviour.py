"""How calls behave: loops and threads, starts and ends, errors, streams, bodies."""

from __future__ import annotations

import asyncio
import gc
import io
import sqlite3
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest
import quart
from werkzeug.exceptions import BadRequestKeyError, NotFound

from afterware import testing

MARK: ContextVar[str] = ContextVar("mark")


def test_what_a_test_shares_with_its_views_stays_in_one_thread(twin):
    local = threading.local()
    local.value = "of the test"
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (x)")

        @twin.route("/")
        def index():
            database.execute("INSERT INTO t VALUES (1)")
            return f"{local.value} {threading.get_ident()}"

        assert twin.client().get("/").text == f"of the test {threading.get_ident()}"
        assert database.execute("SELECT count(*) FROM t").fetchone() == (1,)
    database.close()


def thread_bound(quart_twin):
    database = sqlite3.connect(":memory:")

    def index():
        return str(database.execute("SELECT 1").fetchone())

    quart_twin.app.add_url_rule("/", "index", index)
    quart_twin.app.testing = True
    return database


def test_a_def_view_runs_in_a_thread_as_when_it_is_served_and_the_error_says_what_to_do(quart_twin):
    database = thread_bound(quart_twin)
    with pytest.raises(sqlite3.ProgrammingError) as caught:
        quart_twin.client().get("/")
    assert "def_inline" in caught.value.__notes__[0]
    database.close()


def test_def_inline_runs_a_def_view_in_the_tests_thread(quart_twin):
    database = thread_bound(quart_twin)
    assert quart_twin.client(def_inline=True).get("/").text == "(1,)"
    database.close()


def test_a_def_inline_view_raises_what_it_raises(quart_twin):
    @quart_twin.app.route("/")
    def index():
        raise KeyError("of the view")

    quart_twin.app.testing = True
    with pytest.raises(KeyError, match="of the view"):
        quart_twin.client(def_inline=True).get("/")


def test_a_contextvar_goes_into_the_app_and_back(twin):
    seen = []

    @twin.route("/")
    def index():
        seen.append(MARK.get())
        MARK.set("of the view")
        return "ok"

    twin.app.after_request(twin.inline(lambda response: (seen.append(MARK.get()), response)[1]))
    token = MARK.set("of the test")
    twin.client().get("/")
    assert seen == ["of the test", "of the view"]
    assert MARK.get() == "of the view"
    MARK.reset(token)


def test_run_gives_what_a_coroutine_gives_and_carries_contextvars():
    async def work():
        await asyncio.sleep(0)
        before = MARK.get()
        MARK.set("of the coroutine")
        return before

    token = MARK.set("of the test")
    assert testing.run(work()) == "of the test"
    assert MARK.get() == "of the coroutine"
    MARK.reset(token)


def test_run_raises_what_a_coroutine_raises():
    async def work():
        raise KeyError("of the coroutine")

    with pytest.raises(KeyError, match="of the coroutine"):
        testing.run(work())


def test_run_wants_what_can_be_awaited():
    with pytest.raises(TypeError, match="runs a coroutine, not int"):
        testing.run(3)


def test_run_takes_any_awaitable():
    class Awaitable:
        def __await__(self):
            yield from asyncio.sleep(0).__await__()
            return 3

    assert testing.run(Awaitable()) == 3


INSIDE = {
    "run": lambda twin: testing.run(asyncio.sleep(0)),
    "get": lambda twin: twin.client().get("/"),
    "app_context": lambda twin: testing.app_context(twin.app).push(),
    "settle": lambda twin: testing.settle(twin.app),
    "close": lambda twin: testing.close(),
}


@pytest.mark.parametrize("call", INSIDE.values(), ids=INSIDE)
def test_inside_a_running_loop_it_says_what_to_use(call, quart_twin):
    async def test():
        call(quart_twin)

    with pytest.raises(RuntimeError, match="event loop is running.*In an async test.*plain def"):
        asyncio.run(test())


def test_inside_a_running_loop_a_thread_can_call(quart_twin):
    quart_twin.route("/")(lambda: "from a thread")

    async def test():
        client = quart_twin.client()
        return (await asyncio.to_thread(client.get, "/")).text

    assert asyncio.run(test()) == "from a thread"


def lifetimes(twin):
    log = []
    app = twin.app
    app.before_serving(twin.inline(lambda: log.append("before")))
    app.after_serving(twin.inline(lambda: log.append("after")))

    @app.while_serving
    async def around():
        log.append("while")
        yield
        log.append("done")

    twin.route("/")(lambda: "ok")
    return log


def test_an_app_starts_at_its_first_call_and_ends_once(quart_twin):
    log = lifetimes(quart_twin)
    client = quart_twin.client()
    assert log == []
    client.get("/")
    quart_twin.client().get("/")
    assert log == ["before", "while"]
    testing.close(quart_twin.app)
    testing.close(quart_twin.app)
    assert log == ["before", "while", "done", "after"]


def test_several_threads_start_an_app_once_and_each_has_a_loop(quart_twin):
    log = lifetimes(quart_twin)
    loops = []

    @quart_twin.app.route("/loop")
    async def loop():
        loops.append(id(asyncio.get_running_loop()))
        return str(threading.get_ident())

    def call(_):
        ready.wait()
        client = quart_twin.client()
        return {client.get("/loop").text for _ in range(3)} == {str(threading.get_ident())}

    ready = threading.Barrier(3)
    quart_twin.client().get("/")
    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(call, range(3)))
    assert len(set(loops)) == 3
    assert log == ["before", "while"]


def test_an_app_ends_with_the_thread_that_started_it(quart_twin):
    log = lifetimes(quart_twin)
    thread = threading.Thread(target=lambda: quart_twin.client().get("/"))
    thread.start()
    thread.join()
    gc.collect()
    assert log == ["before", "while", "done", "after"]


def test_an_error_at_the_start_reaches_the_test_and_the_next_call_tries_again(quart_twin):
    errors = [KeyError("of the start")]

    @quart_twin.app.before_serving
    async def start():
        if errors:
            raise errors.pop()

    quart_twin.route("/")(lambda: "ok")
    quart_twin.app.logger.disabled = True
    client = quart_twin.client()
    with pytest.raises(KeyError, match="of the start"):
        client.get("/")
    assert client.get("/").text == "ok"


def test_an_error_at_the_end_reaches_whoever_ends_the_app(quart_twin):
    @quart_twin.app.after_serving
    async def end():
        raise KeyError("of the end")

    quart_twin.route("/")(lambda: "ok")
    quart_twin.app.logger.disabled = True
    quart_twin.client().get("/")
    with pytest.raises(KeyError, match="of the end"):
        testing.close(quart_twin.app)


def test_an_app_without_a_start_has_no_app_context_but_its_requests(quart_twin):
    torn = []
    quart_twin.app.teardown_appcontext(quart_twin.inline(torn.append))
    quart_twin.route("/")(lambda: "ok")
    quart_twin.client().get("/")
    testing.close(quart_twin.app)
    assert torn == [None]


def test_the_state_of_the_start_is_in_each_request():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            assert (await receive())["type"] == "lifespan.startup"
            scope["state"]["pool"] = "open"
            await send({"type": "lifespan.startup.complete"})
            assert (await receive())["type"] == "lifespan.shutdown"
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = scope["state"]["pool"].encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    assert testing.client(app).get("/").text == "open"
    testing.close()


def test_background_tasks_go_on_during_calls_and_settle_waits_for_them(quart_twin):
    log = []

    async def work():
        for number in range(3):
            await asyncio.sleep(0)
            log.append(number)

    @quart_twin.app.route("/")
    async def index():
        quart_twin.app.add_background_task(work)
        index.task = asyncio.create_task(work())
        return "started"

    client = quart_twin.client()
    client.get("/")
    testing.settle(quart_twin.app)
    assert sorted(log) == [0, 0, 1, 1, 2, 2]


def test_settle_names_what_does_not_end(quart_twin):
    async def endless():
        await asyncio.Event().wait()

    @quart_twin.app.route("/")
    async def index():
        index.task = asyncio.create_task(endless())
        return "started"

    quart_twin.client().get("/")
    with pytest.raises(TimeoutError, match=r"1 background task.*endless"):
        testing.settle(quart_twin.app, timeout=0.01)


def test_settle_has_nothing_to_wait_for_on_flask(twin):
    twin.route("/")(lambda: "ok")
    twin.client().get("/")
    testing.settle(twin.app)


def failing(twin, error):
    @twin.route("/")
    def index():
        raise error

    twin.app.logger.disabled = True
    return twin.client()


@pytest.mark.parametrize(
    ("options", "raised"),
    [
        ({}, False),
        ({"TESTING": True}, True),
        ({"DEBUG": True}, True),
        ({"PROPAGATE_EXCEPTIONS": True}, True),
        ({"TESTING": True, "PROPAGATE_EXCEPTIONS": False}, False),
        ({"DEBUG": True, "PROPAGATE_EXCEPTIONS": False}, False),
    ],
)
def test_an_exception_reaches_the_test_where_flask_lets_it(options, raised, twin):
    twin.app.config.update(options)
    client = failing(twin, KeyError("of the view"))
    if raised:
        with pytest.raises(KeyError, match="of the view"):
            client.get("/")
    else:
        assert client.get("/").status_code == 500


@pytest.mark.parametrize("trap", [False, True])
def test_http_exceptions_are_trapped_where_flask_traps_them(trap, twin):
    twin.app.config.update(TESTING=True, TRAP_HTTP_EXCEPTIONS=trap)
    client = failing(twin, NotFound())
    if trap:
        with pytest.raises(NotFound):
            client.get("/")
    else:
        assert client.get("/").status_code == 404


@pytest.mark.parametrize(("trap", "debug"), [(None, False), (True, False), (None, True)])
def test_bad_requests_are_trapped_where_flask_traps_them(trap, debug, twin):
    twin.app.config.update(TESTING=True, TRAP_BAD_REQUEST_ERRORS=trap, DEBUG=debug)
    twin.route("/")(lambda: twin.module.request.args["missing"])
    client = twin.client()
    if trap or debug:
        with pytest.raises(BadRequestKeyError):
            client.get("/")
    else:
        assert client.get("/").status_code == 400


@pytest.mark.parametrize("where", ["before_request", "after_request", "teardown_request"])
def test_what_a_hook_raises_reaches_the_test(where, twin):
    def hook(*_):
        raise KeyError(where)

    getattr(twin.app, where)(twin.inline(hook))
    twin.route("/")(lambda: "ok")
    twin.app.testing = True
    with pytest.raises(KeyError, match=where):
        twin.client().get("/")


def test_an_exception_of_a_view_shows_where_it_was_raised(twin):
    twin.app.testing = True
    with pytest.raises(KeyError) as caught:
        failing(twin, KeyError("x")).get("/")
    assert caught.traceback[-1].name == "index"


def stream(twin, produce):
    """A view that streams what a generator yields; on Quart, an asynchronous one."""

    def on_flask():
        return twin.module.Response(produce(), mimetype="text/plain")

    async def on_quart():
        async def produced():
            generator = produce()
            try:
                for piece in generator:
                    yield piece
            finally:
                generator.close()

        return twin.module.Response(produced(), mimetype="text/plain")

    twin.app.add_url_rule("/", "stream", on_flask if twin.host == "flask" else on_quart)
    return twin.client()


def test_a_stream_is_made_as_it_is_read_and_closed_when_the_test_closes_it(twin):
    log = []

    def produce():
        try:
            for number in range(5):
                log.append(number)
                yield f"{number}\n"
        finally:
            log.append("closed")

    response = stream(twin, produce).get("/")
    assert log == [0]
    pieces = response.iter_encoded()
    assert [next(pieces), next(pieces)] == [b"0\n", b"1\n"]
    assert log == [0, 1]
    response.close()
    assert log == [0, 1, "closed"]


def test_a_stream_that_is_read_to_its_end_is_over(twin):
    log = []

    def produce():
        yield "a"
        yield "b"
        log.append("end")

    response = stream(twin, produce).get("/")
    assert response.text == "ab"
    assert log == ["end"]
    response.close()


def test_a_stream_that_nobody_reads_is_let_go(twin):
    def produce():
        while True:
            yield "again"

    client = stream(twin, produce)
    client.get("/")
    assert client.get("/").status_code == 200


def test_an_endless_stream_that_waits_is_closed(quart_twin):
    log = []

    @quart_twin.app.route("/")
    async def index():
        async def produce():
            try:
                yield "first"
                await asyncio.Event().wait()
            finally:
                log.append("closed")

        return quart.Response(produce())

    response = quart_twin.client().get("/")
    assert next(response.iter_encoded()) == b"first"
    response.close()
    assert log == ["closed"]


def test_an_error_in_a_stream_reaches_the_test_where_it_is_read(twin):
    def produce():
        yield "a"
        raise KeyError("of the stream")

    response = stream(twin, produce).get("/")
    pieces = response.iter_encoded()
    assert next(pieces) == b"a"
    with pytest.raises(KeyError, match="of the stream"):
        next(pieces)


def test_two_streams_are_read_in_turns(twin):
    def produce():
        yield from "abc"

    client = stream(twin, produce)
    one, two = client.get("/").iter_encoded(), client.get("/").iter_encoded()
    assert [next(one), next(two), next(one), next(two)] == [b"a", b"a", b"b", b"b"]


def test_buffered_reads_a_stream_at_once(twin):
    log = []

    def produce():
        yield "a"
        log.append("end")

    assert stream(twin, produce).get("/", buffered=True).text == "a"
    assert log == ["end"]


@pytest.mark.parametrize("status", [103, 204, 304])
def test_an_answer_without_a_body_has_none(status, twin):
    twin.route("/")(lambda: twin.module.Response("a body", status))
    response = twin.client().get("/")
    assert response.status_code == status
    assert response.data == b""


def test_head_has_the_headers_and_no_body(twin):
    twin.route("/")(lambda: "hello")
    response = twin.client().head("/")
    assert response.data == b""
    assert response.content_length == 5


def test_head_of_an_endless_stream_ends(twin):
    def produce():
        while True:
            yield "again"

    response = stream(twin, produce).head("/")
    assert response.status_code == 200
    assert response.data == b""


def test_a_body_of_unknown_length_is_taken(both):
    bodies = []
    for twin in both:

        async def on_quart():
            return await quart.request.get_data()

        view = on_quart if twin.host == "quart" else lambda: flask_data()
        twin.app.add_url_rule("/", "index", view, methods=["POST"])
        response = twin.client().post(
            "/",
            input_stream=io.BytesIO(b"in pieces"),
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        )
        bodies.append(response.data)
    assert bodies == [b"in pieces", b"in pieces"]


def flask_data():
    import flask

    return flask.request.get_data()


def test_a_body_that_is_shorter_than_it_says_ends(quart_twin):
    @quart_twin.app.route("/", methods=["POST"])
    async def index():
        return str(len(await quart.request.get_data()))

    response = quart_twin.client().post(
        "/", data=b"short", environ_overrides={"CONTENT_LENGTH": "5"}
    )
    assert response.text == "5"


def test_an_app_that_answers_nothing_is_an_error():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            raise RuntimeError("it knows no lifespan")

    with pytest.raises(RuntimeError, match="ended without an answer"):
        testing.client(app).get("/")
    testing.close()


MEGABYTE = 1024 * 1024


@pytest.mark.slow
def test_a_hundred_megabytes_are_downloaded_without_a_second_copy(quart_twin):
    size = 100 * MEGABYTE

    async def pieces():
        for _ in range(100):
            yield bytes(MEGABYTE)

    @quart_twin.app.route("/")
    async def index():
        response = quart.Response(pieces())
        response.content_length = size
        return response

    client = quart_twin.client()
    client.head("/")
    tracemalloc.start()
    try:
        response = client.get("/")
        assert len(response.data) == size
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.4 * size


@pytest.mark.slow
def test_a_hundred_megabytes_are_uploaded_without_a_copy(quart_twin):
    size = 100 * MEGABYTE
    quart_twin.app.config["MAX_CONTENT_LENGTH"] = None

    @quart_twin.app.route("/", methods=["POST"])
    async def index():
        count = 0
        async for piece in quart.request.body:
            count += len(piece)
            await asyncio.sleep(0)
        return str(count)

    client = quart_twin.client()
    body = bytes(size)
    tracemalloc.start()
    try:
        assert client.post("/", data=body).text == str(size)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * size


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_exception_goes_through_the_app_once(error, twin):
    client = failing(twin, error())
    twin.route("/fine")(lambda: "fine")
    with pytest.raises(error):
        client.get("/")
    assert client.get("/fine").text == "fine"
