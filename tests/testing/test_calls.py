"""Every form of calling a client that Flask's and Werkzeug's documentation show, on both hosts."""

from __future__ import annotations

import io
from pathlib import Path

import flask
import pytest
import quart
from werkzeug.datastructures import Authorization, FileStorage, Headers, MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request


def described(request, form, files, body):
    return {
        "method": request.method,
        "path": request.path,
        "root": request.script_root,
        "url": request.url,
        "host": request.host,
        "scheme": request.scheme,
        "args": request.args.to_dict(flat=False),
        "form": form.to_dict(flat=False),
        "files": {
            name: [(each.filename, each.content_type, each.read().decode()) for each in several]
            for name, several in files.lists()
        },
        "body": body,
        "type": request.mimetype,
        # The boundary of a multipart body is of one length or another.
        "length": None if request.mimetype == _MULTIPART else request.content_length,
        "cookies": dict(request.cookies),
        "address": request.remote_addr,
        "agent": request.headers.get("User-Agent"),
        "token": request.headers.get("X-Token"),
        "auth": request.authorization and request.authorization.parameters,
        "bearer": request.authorization and request.authorization.token,
        "blueprint": request.blueprint,
    }


def with_echo(twin):
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
    options = {"methods": methods, "provide_automatic_options": True}

    def on_flask(rest=""):
        request = flask.request
        body = request.get_data(cache=True).decode() if request.mimetype != _MULTIPART else ""
        return described(request, request.form, request.files, body)

    async def on_quart(rest=""):
        request = quart.request
        body = (await request.get_data()).decode() if request.mimetype != _MULTIPART else ""
        return described(request, await request.form, await request.files, body)

    view = on_flask if twin.host == "flask" else on_quart
    twin.app.add_url_rule("/", "home", view, **options)
    twin.app.add_url_rule("/<path:rest>", "echo", view, **options)
    return twin


_MULTIPART = "multipart/form-data"


def upload(content=b"content"):
    return io.BytesIO(content)


def environ(**options):
    return EnvironBuilder("/given", method="POST", **options).get_environ()


CALLS = {
    "get": lambda client: client.get("/"),
    "get with a query in the path": lambda client: client.get("/a?x=1&x=2&y=%C3%A9"),
    "query_string, a dict": lambda client: client.get("/a", query_string={"x": ["1", "2"]}),
    "query_string, a string": lambda client: client.get("/a", query_string="x=1&y=2"),
    "query_string, a MultiDict": lambda client: client.get(
        "/a", query_string=MultiDict([("x", "1"), ("x", "2")])
    ),
    "a path that is not ASCII": lambda client: client.get("/ä/ö ü"),
    "a path that is quoted": lambda client: client.get("/a%20b/%C3%A9"),
    "put": lambda client: client.put("/", data="text"),
    "patch": lambda client: client.patch("/", json={"a": 1}),
    "delete": lambda client: client.delete("/"),
    "trace": lambda client: client.trace("/"),
    "open with a method": lambda client: client.open("/", method="PUT"),
    "open, all by name": lambda client: client.open(path="/a", method="POST", data={"a": "1"}),
    "data, text": lambda client: client.post("/", data="text", content_type="text/plain"),
    "data, bytes": lambda client: client.post("/", data=b"bytes", content_type="text/plain"),
    "data, a stream": lambda client: client.post("/", data=upload(), content_type="text/plain"),
    "data, a form": lambda client: client.post("/", data={"a": "1", "b": ["2", "3"]}),
    "data, numbers": lambda client: client.post("/", data={"a": 1, "b": 2.5}),
    "data, a MultiDict": lambda client: client.post("/", data=MultiDict([("a", "1"), ("a", "2")])),
    "data, not ASCII": lambda client: client.post("/", data={"ä": "ö"}),
    "data, with a file": lambda client: client.post("/", data={"a": "1", "f": (upload(), "f.txt")}),
    "data, a file and its type": lambda client: client.post(
        "/", data={"f": (upload(), "f.bin", "application/x-thing")}
    ),
    "data, several files of a name": lambda client: client.post(
        "/", data={"f": [(upload(), "1.txt"), (upload(b"more"), "2.txt")]}
    ),
    "data, a FileStorage": lambda client: client.post(
        "/", data={"f": FileStorage(upload(), "f.csv", content_type="text/csv")}
    ),
    "data, an opened file": lambda client: client.post(
        "/", data={"f": Path(__file__).parent.joinpath("data.txt").open("rb")}
    ),
    "data, multipart without a file": lambda client: client.post(
        "/", data={"a": "1"}, content_type=_MULTIPART
    ),
    "form and files": lambda client: client.post(
        "/", form={"a": ["1", "2"]}, files={"f": (upload(), "f.txt")}
    ),
    "form": lambda client: client.post("/", form={"a": "1"}),
    "json": lambda client: client.post("/", json={"a": [1, None, "é"]}),
    "json, of another type": lambda client: client.post(
        "/", json=[1], content_type="application/vnd.api+json"
    ),
    "mimetype": lambda client: client.post("/", data="x", mimetype="text/csv"),
    "headers, a dict": lambda client: client.get("/", headers={"X-Token": "t"}),
    "headers, a list": lambda client: client.get("/", headers=[("X-Token", "a"), ("X-Token", "b")]),
    "headers, Headers": lambda client: client.get("/", headers=Headers({"X-Token": "t"})),
    "headers, not ASCII": lambda client: client.get("/", headers={"X-Token": "ü"}),
    "auth, a tuple": lambda client: client.get("/", auth=("user", "päss")),
    "auth, Authorization": lambda client: client.get(
        "/", auth=Authorization("bearer", token="token")
    ),
    "base_url": lambda client: client.get("/a", base_url="https://example.com:8443/root"),
    "an absolute path": lambda client: client.get("https://example.com/a?x=1"),
    "url_scheme": lambda client: client.get("/a", url_scheme="https"),
    "subdomain": lambda client: client.get("/a", subdomain="sub"),
    "environ_base": lambda client: client.get("/", environ_base={"REMOTE_ADDR": "10.0.0.1"}),
    "environ_base, a header": lambda client: client.get("/", environ_base={"HTTP_X_TOKEN": "t"}),
    "environ_overrides": lambda client: client.get(
        "/", environ_overrides={"REMOTE_ADDR": "10.0.0.2", "HTTP_X_TOKEN": "over"}
    ),
    "environ_overrides, a mount": lambda client: client.get(
        "/a", environ_overrides={"SCRIPT_NAME": "/mounted", "wsgi.url_scheme": "https"}
    ),
    "input_stream": lambda client: client.post("/", input_stream=upload(), content_type="text/css"),
    "content_length": lambda client: client.post("/", data="text", content_length=4),
    "an environ": lambda client: client.open(environ(data={"a": "1"})),
    "an environ, given to get": lambda client: client.open(environ(), follow_redirects=False),
    "an EnvironBuilder": lambda client: client.open(
        EnvironBuilder("/built", method="POST", data={"a": "1"}, headers={"X-Token": "t"})
    ),
    "a Request": lambda client: client.open(Request(environ(json={"a": 1}))),
    "buffered": lambda client: client.get("/", buffered=True),
    "follow_redirects with nothing to follow": lambda client: client.get(
        "/", follow_redirects=True
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_app_is_told_the_same_on_both_hosts(call, both):
    answers = []
    for twin in both:
        response = call(with_echo(twin).client())
        answers.append((response.status, response.json, response.request.url, response.history))
        response.close()
    assert answers[0] == answers[1]
    assert answers[0][0] == "200 OK"


def test_the_base_of_every_request_is_the_clients(both):
    answers = []
    for twin in both:
        client = with_echo(twin).client()
        client.environ_base["REMOTE_ADDR"] = "10.0.0.9"
        client.environ_base["HTTP_USER_AGENT"] = "of the test"
        answers.append(client.get("/").json)
    assert answers[0] == answers[1]
    assert answers[0]["address"] == "10.0.0.9"
    assert answers[0]["agent"] == "of the test"


@pytest.mark.parametrize(
    "options", [{"SERVER_NAME": "example.org:81"}, {"APPLICATION_ROOT": "/up"}]
)
def test_the_apps_own_name_and_root_are_taken(options, both):
    answers = []
    for twin in both:
        twin.app.config.update(options)
        answers.append(with_echo(twin).client().get("/a").json)
    assert answers[0] == answers[1]


REFUSED = {
    "json and data": lambda client: client.post("/", json={}, data="x"),
    "form and data": lambda client: client.post("/", form={}, data="x"),
    "a form that is no mapping": lambda client: client.post("/", form=[("a", "1")]),
    "an unknown argument": lambda client: client.get("/", nothing=1),
    "two queries": lambda client: client.get("/?a=1", query_string={"b": "2"}),
    "a base_url and a subdomain": lambda client: client.get(
        "/", base_url="http://a", subdomain="b"
    ),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_refused_alike(call, both):
    said = []
    for twin in both:
        with pytest.raises((TypeError, ValueError, AssertionError)) as caught:
            call(with_echo(twin).client())
        said.append((caught.type, str(caught.value)))
    assert said[0] == said[1]


def test_an_options_request_lists_the_methods(both):
    allowed = [set(with_echo(twin).client().options("/").allow) for twin in both]
    assert allowed[0] == allowed[1]
