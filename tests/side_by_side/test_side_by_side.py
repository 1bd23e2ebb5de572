"""Both apps on one port: hooks, sessions, URLs, static files and the ways back to Flask."""

from __future__ import annotations

import asyncio
import sys

import flask
import pytest
import quart
from asgi import answer, ask

from afterware import Hooks, SideBySide, SideBySideError


def apps(**config):
    both = quart.Quart("shop_async", static_folder=None), flask.Flask("shop", static_folder=None)
    for app in both:
        app.secret_key = "a key for tests"
        app.config.update(config)
    return both


def shop(**config):
    """A shop of which the list of goods has moved."""
    new, old = apps(**config)

    @new.get("/goods", endpoint="goods")
    async def goods():
        return f"new goods; cart at {quart.url_for('cart')}"

    @old.get("/goods", endpoint="goods")
    def old_goods():
        return "old goods"

    @old.get("/cart", endpoint="cart")
    def cart():
        return f"cart; goods at {flask.url_for('goods', page=2, _anchor='top')}"

    return new, old


def test_what_quart_has_a_route_for_it_serves_and_flask_the_rest():
    app = SideBySide(*shop())
    assert answer(app, "/goods").body == b"new goods; cart at /cart"
    assert answer(app, "/cart").body == b"cart; goods at /goods?page=2#top"
    assert (app.served_by("/goods"), app.served_by("/cart")) == ("quart", "flask")


@pytest.mark.parametrize("errors", ["flask", "quart"])
def test_what_neither_has_the_chosen_app_answers(errors):
    new, old = shop()
    new.register_error_handler(404, lambda error: ("quart's page", 404))
    old.register_error_handler(404, lambda error: ("flask's page", 404))
    got = answer(SideBySide(new, old, errors=errors), "/missing")
    assert (got.status, got.body) == (404, f"{errors}'s page".encode())


def test_methods_of_one_rule_may_be_split_between_the_apps():
    new, old = apps()
    new.add_url_rule("/item", "read", lambda: "read", methods=["GET"])
    old.add_url_rule("/item", "write", lambda: "written", methods=["POST"])
    seen = []

    @old.errorhandler(405)
    def refused(error):
        seen.append(set(error.valid_methods))
        return "no", 405

    app = SideBySide(new, old)
    assert answer(app, "/item").body == b"read"
    assert answer(app, "/item", "POST").body == b"written"
    assert answer(app, "/item", "DELETE").status == 405
    assert seen == [{"GET", "HEAD", "POST", "OPTIONS"}]
    allowed = {each.strip() for each in answer(app, "/item", "OPTIONS").headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "POST", "OPTIONS"}


def test_an_app_that_is_asked_by_itself_answers_by_its_own_rules():
    new, old = shop()
    SideBySide(new, old)
    assert old.test_client().get("/goods").text == "old goods"
    assert old.test_client().get("/missing").status_code == 404

    async def alone():
        return (await new.test_client().get("/cart")).status_code

    assert asyncio.run(alone()) == 404


@pytest.mark.parametrize("shared", [True, False])
def test_each_hook_runs_once_for_the_app_that_serves(shared):
    new, old = shop()
    ran = []

    def counted(name):
        hooks = Hooks()
        hooks.before_request(lambda: ran.append(f"{name} before"))
        hooks.after_response(
            lambda sent: ran.append(f"{name} sent {sent.path} by {sent.served_by}")
        )
        hooks.teardown_request(lambda exc: ran.append(f"{name} teardown"))

        @hooks.after_request
        def after(response):
            ran.append(f"{name} after")
            return response

        return hooks

    first = counted("first")
    second = first if shared else counted("second")
    first.init_app(new)
    second.init_app(old)
    app = SideBySide(new, old)
    for path, name, host in (
        ("/goods", "first", "quart"),
        ("/cart", "first" if shared else "second", "flask"),
    ):
        ran.clear()
        assert answer(app, path).status == 200
        assert ran == [
            f"{name} before",
            f"{name} after",
            f"{name} teardown",
            f"{name} sent {path} by {host}",
        ]


def logged_in(**config):
    new, old = apps(**config)

    @old.post("/login")
    def login():
        flask.session["user"] = "ada"
        flask.session.permanent = True
        flask.flash("welcome")
        return "in"

    @new.get("/me")
    async def me():
        messages = quart.get_flashed_messages()
        quart.session["seen"] = True
        return {"user": quart.session["user"], "messages": messages}

    @old.get("/seen")
    def seen():
        return {"seen": flask.session["seen"], "permanent": flask.session.permanent}

    return new, old


def cookie_of(got):
    return [(b"cookie", got.headers["Set-Cookie"].partition(";")[0].encode())]


def test_one_session_and_its_flashed_messages_cross_over():
    app = SideBySide(*logged_in())
    first = answer(app, "/login", "POST")
    second = answer(app, "/me", headers=cookie_of(first))
    assert second.json == {"user": "ada", "messages": ["welcome"]}
    third = answer(app, "/seen", headers=cookie_of(second))
    assert third.json == {"seen": True, "permanent": True}


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"SECRET_KEY": "another key"}, "SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": ["old key"]}, "SECRET_KEY_FALLBACKS"),
        ({"SESSION_COOKIE_NAME": "sid"}, "SESSION_COOKIE_NAME"),
        ({"SESSION_COOKIE_PATH": "/shop"}, "SESSION_COOKIE_PATH"),
        ({"SESSION_COOKIE_DOMAIN": "shop.example"}, "SESSION_COOKIE_DOMAIN"),
        ({"SESSION_COOKIE_SAMESITE": "Lax"}, "SESSION_COOKIE_SAMESITE"),
        ({"SESSION_COOKIE_SECURE": True}, "SESSION_COOKIE_SECURE"),
        ({"PERMANENT_SESSION_LIFETIME": 60}, "PERMANENT_SESSION_LIFETIME"),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_settings_with_which_a_session_would_be_lost_are_refused(config, named, which):
    both = shop()
    both[which].config.update(config)
    with pytest.raises(SideBySideError, match=rf"\n  {named}: ") as caught:
        SideBySide(*both)
    assert "another key" not in str(caught.value)
    assert str(caught.value).count("\n") == 1


def test_another_salt_or_serializer_is_refused():
    new, old = shop()
    interface = type(old.session_interface)()
    interface.salt = "other"
    old.session_interface = interface
    with pytest.raises(SideBySideError, match="salt"):
        SideBySide(new, old)
    new, old = shop()

    class Reversing:
        def dumps(self, value):
            return flask.json.tag.TaggedJSONSerializer().dumps(value)[::-1]

        def loads(self, value):
            return flask.json.tag.TaggedJSONSerializer().loads(value[::-1])

    interface = type(new.session_interface)()
    interface.serializer = Reversing()
    new.session_interface = interface
    with pytest.raises(SideBySideError, match="serializer"):
        SideBySide(new, old)


def test_apps_without_a_key_have_no_session_to_lose():
    both = quart.Quart("a"), flask.Flask("b")
    both[0].config["SESSION_COOKIE_NAME"] = "other"
    SideBySide(*both)


def test_sessions_bound_through_hooks_are_the_same():
    new, old = logged_in()
    hooks = Hooks()
    hooks.init_app(new)
    hooks.init_app(old)
    app = SideBySide(new, old)
    assert (
        answer(app, "/me", headers=cookie_of(answer(app, "/login", "POST"))).json["user"] == "ada"
    )


def test_url_for_builds_the_others_endpoints_in_every_form():
    new, old = apps()
    blueprint = quart.Blueprint("blog", "blog", url_prefix="/<language>")
    built = []

    @blueprint.get("/post/<int:number>")
    async def post(language, number):
        return await quart.render_template_string("{{ url_for('about', language='fr') }}")

    new.register_blueprint(blueprint)

    @old.url_defaults
    def language(endpoint, values):
        if old.url_map.is_endpoint_expecting(endpoint, "language"):
            values.setdefault("language", "de")

    @old.get("/<language>/about")
    def about(language):
        built.append(flask.url_for("blog.post", number=7))
        built.append(
            flask.url_for("blog.post", number=7, _external=True, _scheme="https", _anchor="x")
        )
        return flask.render_template_string(
            "{{ url_for('blog.post', language='en', number=1, q=2) }}"
        )

    app = SideBySide(new, old)
    assert answer(app, "/en/about").body == b"/en/post/1?q=2"
    assert built == ["/de/post/7", "https://localhost/de/post/7#x"]
    assert answer(app, "/en/post/3").body == b"/fr/about"


def test_one_name_of_a_converter_may_mean_two_things():
    from werkzeug.routing import BaseConverter

    class Letters(BaseConverter):
        regex = "[a-z]+"

    class Digits(BaseConverter):
        regex = "[0-9]+"

        def to_url(self, value):
            return f"{value:03}"

    new, old = apps()
    new.url_map.converters["code"] = Letters
    old.url_map.converters["code"] = Digits
    new.add_url_rule(
        "/c/<code:code>", "letters", lambda code: f"letters {quart.url_for('digits', code=7)}"
    )
    old.add_url_rule(
        "/c/<code:code>", "digits", lambda code: f"digits {flask.url_for('letters', code='a')}"
    )
    app = SideBySide(new, old)
    assert answer(app, "/c/abc").body == b"letters /c/007"
    assert answer(app, "/c/123").body == b"digits /c/a"
    assert answer(app, "/c/-").status == 404


def test_a_converter_that_needs_its_app_is_asked_in_its_context():
    from werkzeug.routing import BaseConverter

    class Known(BaseConverter):
        def to_python(self, value):
            return flask.current_app.config["KNOWN"][value]

    new, old = apps(KNOWN={"a": "Ada"})
    old.url_map.converters["known"] = Known
    old.add_url_rule("/who/<known:who>", "who", lambda who: who)
    assert answer(SideBySide(new, old), "/who/a").body == b"Ada"


def test_a_static_file_that_quarts_folder_lacks_is_asked_of_flask(tmp_path):
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "a.txt").write_text("new a")
    (tmp_path / "old" / "a.txt").write_text("old a")
    (tmp_path / "old" / "b.txt").write_text("old b")
    new = quart.Quart("n", static_folder=str(tmp_path / "new"), static_url_path="/static")
    old = flask.Flask("o", static_folder=str(tmp_path / "old"), static_url_path="/static")
    app = SideBySide(new, old)
    assert answer(app, "/static/a.txt").body == b"new a"
    assert answer(app, "/static/b.txt").body == b"old b"
    assert answer(app, "/static/c.txt").status == 404
    assert answer(app, "/static/../secret").status == 404
    (tmp_path / "new" / "b.txt").write_text("new b")
    assert answer(app, "/static/b.txt").body == b"new b"


def test_a_folder_that_does_not_exist_counts_for_nothing(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "b.txt").write_text("old b")
    new = quart.Quart("n", static_folder=str(tmp_path / "missing"), static_url_path="/static")
    old = flask.Flask("o", static_folder=str(tmp_path / "old"), static_url_path="/static")
    assert answer(SideBySide(new, old), "/static/b.txt").body == b"old b"


def test_a_route_is_taken_back_to_flask_by_its_name(monkeypatch):
    assert answer(SideBySide(*shop(), force={"flask": ["goods"]}), "/goods").body == b"old goods"
    monkeypatch.setenv("AFTERWARE_FORCE_FLASK", "goods, cart")
    assert answer(SideBySide(*shop()), "/goods").body == b"old goods"
    monkeypatch.setenv("AFTERWARE_FORCE_FLASK", "wares")
    with pytest.raises(SideBySideError, match="AFTERWARE_FORCE_FLASK.*'wares'.*flask routes"):
        SideBySide(*shop())


SECRET = "s" * 24


def headers_seen(new, old):
    seen = []
    new.before_request(lambda: seen.append(dict(quart.request.headers)))
    old.before_request(lambda: seen.append(dict(flask.request.headers)))
    return seen


def test_a_header_with_the_secret_asks_flask_and_no_app_sees_it():
    new, old = shop()
    old.after_request(
        lambda response: (
            response.headers.update({"Cache-Control": "public, max-age=9, s-maxage=8"}),
            response,
        )[1]
    )
    seen = headers_seen(new, old)
    app = SideBySide(new, old, force_header="X-Host", force_secret=SECRET)
    got = answer(app, "/goods", headers=[(b"x-host", SECRET.encode())])
    assert got.body == b"old goods"
    assert got.headers["Cache-Control"] == "private, max-age=9"
    assert answer(app, "/goods", headers=[(b"x-host", b"wrong")]).body.startswith(b"new goods")
    assert answer(app, "/missing", headers=[(b"x-host", SECRET.encode())]).status == 404
    assert not any("X-Host" in headers for headers in seen)
    assert len(seen) == 3


def test_a_header_does_nothing_where_it_is_not_switched_on():
    got = answer(SideBySide(*shop()), "/goods", headers=[(b"x-host", SECRET.encode())])
    assert got.body.startswith(b"new goods")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"errors": "both"}, "errors='both'"),
        ({"threads": 0}, "threads=0"),
        ({"waiting": -1}, "waiting=-1"),
        ({"force_header": "X-Host"}, "without a secret"),
        ({"force_secret": SECRET}, "go together"),
        ({"force_header": "X-Host", "force_secret": "short"}, "shorter than 16"),
        ({"force": {"quart": ["cart"]}}, "one key, 'flask'"),
        ({"force": {"flask": "goods"}}, "is a text"),
        ({"force": {"flask": ["wares"]}}, "'wares'"),
    ],
)
def test_wrong_options_are_refused_with_what_to_do(options, said):
    with pytest.raises(SideBySideError, match=said):
        SideBySide(*shop(), **options)


def test_apps_in_the_wrong_order_are_refused():
    new, old = shop()
    with pytest.raises(SideBySideError, match="takes a Quart app"):
        SideBySide(old, new)


@pytest.mark.parametrize("name", ["SERVER_NAME", "APPLICATION_ROOT"])
def test_settings_with_which_urls_would_differ_are_refused(name):
    new, old = shop()
    new.config[name] = "/x.example"
    with pytest.raises(SideBySideError, match=rf"\n  {name}: "):
        SideBySide(new, old)


def test_beside_quart_flask_patch_it_says_what_to_do_instead(monkeypatch):
    monkeypatch.setitem(sys.modules, "quart_flask_patch", object())
    with pytest.raises(SideBySideError, match="two processes"):
        SideBySide(*shop())


@pytest.mark.parametrize("matching", ["host", "subdomain"])
def test_hosts_and_subdomains_are_told_apart(matching):
    if matching == "host":
        new = quart.Quart("n", host_matching=True, static_host=None, static_folder=None)
        old = flask.Flask("o", host_matching=True, static_folder=None)
        new.add_url_rule("/", "a", lambda: "api", host="api.shop.example")
        old.add_url_rule("/", "b", lambda: "www", host="www.shop.example")
    else:
        new = quart.Quart("n", subdomain_matching=True, static_folder=None)
        old = flask.Flask("o", subdomain_matching=True, static_folder=None)
        for app in (new, old):
            app.config["SERVER_NAME"] = "shop.example"
        new.add_url_rule("/", "a", lambda: "api", subdomain="api")
        old.add_url_rule("/", "b", lambda: "www", subdomain="www")
    app = SideBySide(new, old)

    async def ask_host(host):
        return await ask(_with_host(app, host), "/")

    assert asyncio.run(ask_host(b"api.shop.example")).body == b"api"
    assert asyncio.run(ask_host(b"www.shop.example")).body == b"www"
    assert asyncio.run(ask_host(b"api.shop.example")).body == b"api"


def _with_host(app, host):
    async def asgi(scope, receive, send):
        await app({**scope, "headers": [(b"host", host)]}, receive, send)

    return asgi


def test_mounted_both_apps_are_below_the_prefix():
    app = SideBySide(*shop())
    got = answer(app, "/mnt/cart", root_path="/mnt")
    assert got.body == b"cart; goods at /mnt/goods?page=2#top"
    assert answer(app, "/mnt/goods", root_path="/mnt").body == b"new goods; cart at /mnt/cart"


def test_unknown_paths_do_not_let_the_memory_grow():
    app = SideBySide(*shop())

    async def many():
        for number in range(10_050):
            app._decide(
                ("GET", f"/{number}".encode()),
                app._table or app._begin(),
                {"method": "GET", "path": f"/{number}", "headers": []},
            )

    asyncio.run(many())
    assert len(app._decisions) <= 10_000


def test_websockets_and_the_lifespan_are_quarts():
    new, old = shop()
    ran = []

    @new.before_serving
    async def begin():
        ran.append("begin")

    @new.after_serving
    async def end():
        ran.append("end")

    @new.websocket("/live")
    async def live():
        await quart.websocket.send("hello")

    app = SideBySide(new, old)

    async def lifespan():
        incoming = asyncio.Queue()
        incoming.put_nowait({"type": "lifespan.startup"})
        incoming.put_nowait({"type": "lifespan.shutdown"})
        sent = []

        async def send(message):
            sent.append(message["type"])

        await app({"type": "lifespan", "asgi": {"version": "3.0"}}, incoming.get, send)
        return sent

    assert asyncio.run(lifespan()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert ran == ["begin", "end"]
    # Through HTTP there is no page there; Quart says so.
    assert answer(app, "/live").status in (400, 404)
