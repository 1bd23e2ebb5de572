"""request, g, session and current_app of whichever host is serving."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
import quart

from afterware import Hooks, current_app, g, request, session


def test_the_proxies_are_the_hosts_own(host):
    @host.route("/here/<int:number>")
    def here(number):
        own = host.module
        g.x = 1
        session["y"] = 2
        assert request._get_current_object() is own.request._get_current_object()
        assert current_app._get_current_object() is host.app
        assert own.g.x == 1
        assert own.session["y"] == 2
        return {
            "path": request.path,
            "args": request.args["a"],
            "view_args": request.view_args,
            "endpoint": request.endpoint,
        }

    answer = host.ask("/here/7?a=b")
    assert answer.json == {
        "path": "/here/7",
        "args": "b",
        "view_args": {"number": 7},
        "endpoint": "here_<int:number>",
    }


def test_they_work_in_a_context_made_by_hand(host):
    assert host.in_request(lambda: request.path, "/by-hand") == "/by-hand"


def test_g_and_current_app_need_an_app_context_only(host):
    def look():
        g.x = 1
        return current_app.name, g.x

    if host.name == "flask":
        with host.app.app_context():
            assert look() == ("served", 1)
    else:

        async def main():
            async with host.app.app_context():
                return look()

        assert host.run(main()) == ("served", 1)


@pytest.mark.parametrize(
    "proxy", [request, g, session, current_app], ids=["request", "g", "session", "current_app"]
)
def test_outside_a_context_they_say_what_is_missing(proxy):
    assert not proxy
    with pytest.raises(RuntimeError, match="neither Flask nor Quart is serving here"):
        proxy.anything  # noqa: B018  # looking is what fails


def test_a_websocket_has_a_session_too(quart_host):
    @quart_host.app.websocket("/ws")
    async def ws():
        session["x"] = 1
        await quart.websocket.send(str(session["x"]) + current_app.name)

    async def main():
        async with quart_host.app.test_client().websocket("/ws") as socket:
            return await socket.receive()

    assert quart_host.run(main()) == "1served"


def named(app, hooks, client):
    @hooks.after_request
    def names(response):
        response.headers["X-Host"] = f"{type(current_app._get_current_object()).__name__}"
        response.headers["X-Path"] = request.path
        return response

    hooks.init_app(app)
    return client


def test_inside_out_each_app_sees_its_own(quart_host, flask_host):
    """A Flask app called by a Quart app in the same thread, and the other way round."""
    inner_hooks, outer_hooks = Hooks(), Hooks()
    named(flask_host.app, inner_hooks, None)
    named(quart_host.app, outer_hooks, None)
    seen = []

    @quart_host.route("/outer")
    def outer():
        with flask_host.app.test_client().get("/inner") as answer:
            seen.append((answer.headers["X-Host"], answer.headers["X-Path"]))
        assert request.path == "/outer"
        return "outer"

    answer = quart_host.ask("/outer")
    seen.append((answer.headers["X-Host"], answer.headers["X-Path"]))
    assert seen == [("Flask", "/inner"), ("Quart", "/outer")]


def test_outside_in_each_app_sees_its_own(quart_host, flask_host):
    hooks = Hooks()
    named(flask_host.app, hooks, None)
    hooks.init_app(quart_host.app)
    seen = []

    @flask_host.route("/outer")
    def outer():
        answer = quart_host.ask("/inner")
        seen.append((answer.headers["X-Host"], answer.headers["X-Path"]))
        assert request.path == "/outer"
        return "outer"

    answer = flask_host.ask("/outer")
    seen.append((answer.headers["X-Host"], answer.headers["X-Path"]))
    assert seen == [("Quart", "/inner"), ("Flask", "/outer")]


def test_concurrent_requests_see_their_own(quart_host):
    hooks = Hooks()

    @hooks.after_request
    async def names(response):
        await asyncio.sleep(0)
        response.headers["X-Path"] = request.path
        return response

    hooks.init_app(quart_host.app)

    async def main():
        paths = [f"/{number}" for number in range(20)]
        answers = await asyncio.gather(*(quart_host.app.test_client().get(p) for p in paths))
        assert [answer.headers["X-Path"] for answer in answers] == paths

    quart_host.run(main())


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import afterware
{then}
print("fine")
"""

ON_FLASK = """
import flask
app = flask.Flask("a")
hooks = afterware.Hooks()

@hooks.after_request
async def header(response):
    response.headers["X-Path"] = afterware.request.path
    return response

hooks.init_app(app)
assert app.test_client().get("/x").headers["X-Path"] == "/x"
"""

NEITHER = """
try:
    afterware.Hooks().init_app(object())
except afterware.UnknownHostError:
    pass
assert "flask" not in sys.modules and "quart" not in sys.modules
"""


@pytest.mark.parametrize(
    ("missing", "then"),
    [({"quart"}, ON_FLASK), ({"quart", "flask"}, NEITHER), ({"asgiref"}, ON_FLASK)],
    ids=["flask alone", "no host", "flask without its async extra"],
)
def test_it_is_imported_where_a_host_is_missing(missing, then):
    script = WITHOUT.format(missing=missing, then=then)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == "fine", done.stderr


def test_importing_it_imports_no_host():
    script = "import sys, afterware; print('flask' in sys.modules, 'quart' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
