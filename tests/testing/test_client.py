"""What the client and its answers can do, on both hosts."""

from __future__ import annotations

import asyncio
import io

import flask
import pytest
import quart
from flask.testing import FlaskClient
from quart.testing import QuartClient
from werkzeug.test import Client, ClientRedirectError

from afterware import Hooks, testing


def test_an_answer_is_read_as_flasks_is(twin):
    @twin.route("/")
    def index():
        return {"a": "é"}, 201, {"X-Extra": "1"}

    response = twin.client().get("/")
    assert response.status == "201 CREATED"
    assert response.status_code == 201
    assert response.json == response.get_json() == {"a": "é"}
    assert response.text == response.data.decode() == response.get_data(as_text=True)
    assert response.headers["X-Extra"] == "1"
    assert dict(response.headers)["Content-Type"] == "application/json"
    assert response.mimetype == "application/json"
    assert response.content_length == len(response.data)
    assert response.request.path == "/"
    assert response.history == ()
    assert isinstance(response, flask.Response)


def test_the_client_is_flasks_and_knows_its_app(twin):
    client = twin.client()
    assert isinstance(client, FlaskClient)
    assert client.application is twin.app
    assert repr(client) == f"<FlaskClient {twin.app!r}>"


def test_redirects_are_followed_with_a_history(twin):
    @twin.route("/")
    def index():
        return twin.module.redirect("/next")

    @twin.route("/next", methods=["GET"])
    def then():
        return twin.module.redirect("/end", 307)

    @twin.route("/end")
    def end():
        return "end"

    response = twin.client().get("/", follow_redirects=True)
    assert response.text == "end"
    assert response.request.path == "/end"
    assert [each.status_code for each in response.history] == [302, 307]
    assert twin.client().get("/").location == "/next"


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"data": {"name": "ann"}}, b"name=ann"),
        ({"json": {"name": "ann"}}, b'{"name": "ann"}'),
        ({"data": b"x" * 200_000}, b"x" * 200_000),
        ({"input_stream": io.BytesIO(b"before|after"), "content_length": 5}, b"after"),
    ],
)
@pytest.mark.parametrize("path", ["/moved", "/here"])
def test_a_redirect_that_keeps_the_method_keeps_the_body(path, body, sent, twin):
    if "input_stream" in body:
        body["input_stream"].seek(len(b"before|"))

    @twin.route("/moved", methods=["POST"])
    def moved():
        return twin.module.redirect("/here/", 307)

    @twin.route("/here/", methods=["POST"])  # which /here is sent to, with 308
    def here():
        return twin.module.request.get_data()

    @twin.route("/other", methods=["POST"])
    def other():
        return twin.module.redirect("/seen")

    @twin.route("/seen")
    def seen():
        return twin.module.request.get_data()

    response = twin.client().post(path, follow_redirects=True, **body)
    assert response.request.path == "/here/"
    assert response.data == sent
    if "input_stream" not in body:
        assert twin.client().post("/other", follow_redirects=True, **body).data == b""


def test_a_body_that_cannot_be_read_twice_is_no_hindrance_to_a_redirect(quart_twin):
    class Pipe(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            return 0

    @quart_twin.route("/moved", methods=["POST"])
    def moved():
        return quart.redirect("/here", 307)

    response = quart_twin.client().post("/moved", environ_overrides={"wsgi.input": Pipe()})
    assert response.location == "/here"


def test_a_loop_of_redirects_is_an_error(twin):
    @twin.route("/")
    def index():
        return twin.module.redirect("/")

    with pytest.raises(ClientRedirectError):
        twin.client().get("/", follow_redirects=True)


def cookies(twin):
    @twin.route("/set")
    def put():
        response = twin.module.Response("set")
        response.set_cookie("one", "1")
        response.set_cookie("two", "2", path="/deep")
        return response

    @twin.route("/unset")
    def unset():
        response = twin.module.Response("unset")
        response.delete_cookie("one")
        return response

    @twin.route("/deep/show", endpoint="deep")
    @twin.route("/show")
    def show():
        return dict(twin.module.request.cookies)

    return twin.client()


def test_cookies_are_kept_by_path_and_dropped_when_deleted(twin):
    client = cookies(twin)
    client.get("/set")
    assert client.get("/show").json == {"one": "1"}
    assert client.get("/deep/show").json == {"one": "1", "two": "2"}
    assert client.get_cookie("one").value == "1"
    client.get("/unset")
    assert client.get("/show").json == {}
    assert client.get_cookie("one") is None


def test_a_test_sets_and_deletes_cookies(twin):
    client = cookies(twin)
    client.set_cookie("mine", "é ;")
    client.set_cookie("other", "x", domain="example.org")
    assert client.get("/show").json == {"mine": "é ;"}
    assert client.get("/show", base_url="http://example.org/").json == {"other": "x"}
    client.delete_cookie("mine")
    assert client.get("/show").json == {}


def test_a_client_without_cookies_keeps_none(twin):
    cookies(twin)
    client = twin.client(use_cookies=False)
    client.get("/set")
    assert client.get("/show").json == {}
    with pytest.raises(TypeError, match="Cookies are disabled"):
        client.get_cookie("one")
    with pytest.raises(TypeError, match="Cookies are disabled"), client.session_transaction():
        pass


def sessions(twin):
    @twin.route("/count")
    def count():
        session = twin.module.session
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    return twin.client()


def test_a_session_goes_on_from_call_to_call(twin):
    client = sessions(twin)
    assert [client.get("/count").text for _ in range(3)] == ["1", "2", "3"]


def test_a_session_transaction_reads_and_writes_the_session(twin):
    client = sessions(twin)
    with client.session_transaction() as session:
        session["count"] = 41
    assert client.get("/count").text == "42"
    with client.session_transaction() as session:
        assert session["count"] == 42
        session.clear()
    assert client.get("/count").text == "1"


def test_a_session_transaction_takes_what_a_request_takes(twin):
    client = sessions(twin)
    twin.app.config["SESSION_COOKIE_DOMAIN"] = "example.org"
    with client.session_transaction("/", base_url="http://example.org/") as session:
        session["count"] = 1
    assert client.get("/count", base_url="http://example.org/").text == "2"
    assert client.get_cookie("session", domain="example.org") is not None


def test_a_session_transaction_without_a_secret_says_so(twin):
    twin.app.secret_key = None
    with pytest.raises(RuntimeError, match="did not open a session"):  # noqa: SIM117 - the inner one
        with twin.client().session_transaction():
            pass


def test_an_asynchronous_session_interface_is_awaited(quart_twin):
    class Interface(quart.sessions.SecureCookieSessionInterface):
        async def open_session(self, app, request):
            await asyncio.sleep(0)
            return await super().open_session(app, request)

        async def save_session(self, app, session, response):
            await asyncio.sleep(0)
            session["saved"] = True
            await super().save_session(app, session, response)

    quart_twin.app.session_interface = Interface()
    client = sessions(quart_twin)
    with client.session_transaction() as session:
        session["count"] = 1
    assert client.get("/count").text == "2"
    with client.session_transaction() as session:
        assert session["saved"]


def with_contexts(twin):
    torn = []

    @twin.route("/<int:number>")
    def index(number):
        twin.module.g.number = number
        twin.module.session["number"] = number
        return str(number)

    twin.app.teardown_request(twin.inline(lambda error: torn.append(error)))
    return twin.client(), torn


def test_g_session_and_request_are_read_after_a_call_in_with_client(twin):
    client, torn = with_contexts(twin)
    module = twin.module
    with client:
        client.get("/1?a=b")
        assert torn == [None]
        assert module.g.number == flask.g.number == 1
        assert module.session["number"] == flask.session["number"] == 1
        assert module.request.path == flask.request.path == "/1"
        assert module.request.args["a"] == "b"
        assert module.request.view_args == {"number": 1}
        assert module.current_app == flask.current_app == twin.app
        assert module.url_for("index", number=2) == flask.url_for("index", number=2) == "/2"
        client.get("/2")
        assert module.g.number == 2
    assert not module.has_request_context()
    assert not flask.has_request_context()
    assert not flask.has_app_context()
    with pytest.raises(RuntimeError):
        module.g.number  # noqa: B018 - that it raises is the point


def test_a_client_in_a_with_block_is_not_entered_twice(twin):
    client, _ = with_contexts(twin)
    with client, pytest.raises(RuntimeError, match="Cannot nest"), client:
        pass


def test_each_of_two_clients_keeps_a_context(twin):
    client, _ = with_contexts(twin)
    with client, twin.client() as other:
        client.get("/1")
        other.get("/2")
        assert twin.module.g.number == 2
    assert not twin.module.has_app_context()


def test_outside_of_a_with_block_no_context_is_kept(twin):
    client, _ = with_contexts(twin)
    client.get("/1")
    assert not twin.module.has_request_context()


def test_the_apps_own_client_class_is_used(twin):
    class Ours(FlaskClient):
        def __init__(self, *args, **kwargs):
            self.token = kwargs.pop("token")
            super().__init__(*args, **kwargs)

        def open(self, *args, **kwargs):
            kwargs.setdefault("headers", {})["X-Token"] = self.token
            return super().open(*args, **kwargs)

    @twin.route("/")
    def index():
        return twin.module.request.headers["X-Token"]

    twin.app.test_client_class = Ours
    client = twin.client(token="t")
    assert isinstance(client, Ours)
    assert client.get("/").text == "t"
    with client.session_transaction() as session:
        session["a"] = 1


def test_a_client_class_of_coroutines_is_refused_with_what_to_do(quart_twin):
    class Ours(QuartClient):
        pass

    quart_twin.app.test_client_class = Ours
    with pytest.raises(TypeError, match=r"subclass of flask\.testing\.FlaskClient"):
        quart_twin.client()


def test_the_apps_own_response_class_shows_in_answers(twin):
    class Mixin:
        def shout(self):
            return self.text.upper()

    class Ours(Mixin, twin.module.Response):
        flavour = "sweet"

        @property
        def tasted(self):
            return f"{self.flavour} {self.status_code}"

    twin.app.response_class = Ours
    twin.route("/")(lambda: "quiet")
    response = twin.client().get("/")
    assert response.shout() == "QUIET"
    assert response.tasted == "sweet 200"


def test_what_is_no_app_is_refused(twin):
    for wrong in (None, "app", object(), int, lambda: None):
        with pytest.raises(TypeError, match="no app that can be called"):
            testing.client(wrong)


def test_any_other_asgi_app_gets_werkzeugs_client():
    async def app(scope, receive, send):
        assert scope["type"] == "http"  # it knows no lifespan, which is allowed
        message = await receive()
        body = b"%s %s" % (scope["method"].encode(), message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    client = testing.client(app)
    assert not isinstance(client, FlaskClient)
    assert isinstance(client, Client)
    assert client.post("/", data=b"text").data == b"POST text"
    assert client.post("/", form={"a": "1"}).text == "POST a=1"
    testing.close()


def test_a_plain_wsgi_app_is_called_too():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return [b"hi"]

    assert testing.client(app).get("/").text == "hi"


def test_hooks_after_the_response_have_run_when_a_call_returns(twin):
    hooks = Hooks()
    log = []

    @hooks.after_response
    def note(sent):
        log.append((sent.status, sent.bytes_sent, sent.completed))

    hooks.init_app(twin.app)
    twin.route("/")(lambda: "hello")
    twin.route("/away", endpoint="away")(lambda: twin.module.redirect("/"))
    client = twin.client()
    client.get("/")
    client.get("/nowhere")
    client.get("/away")
    client.head("/")
    assert [status for status, _, _ in log] == [200, 404, 302, 200]
    assert log[0][1:] == (5, True)
    assert all(completed for *_, completed in log)


def test_a_response_that_is_read_twice_is_the_same(twin):
    twin.route("/")(lambda: "hello")
    response = twin.client().get("/")
    assert response.data == response.data == b"hello"
    assert list(response.iter_encoded()) == [b"hello"]
