"""received: the request's body, read in a hook, with the same meaning on both hosts."""

from __future__ import annotations

import io

import pytest
from werkzeug.exceptions import BadRequest

from afterware import Hooks, received


@pytest.fixture
def reading(host):
    """What a hook reads by *read*, of a request like that."""

    def ask(read, **request):
        found = []
        hooks = Hooks()

        @hooks.after_request
        async def hook(response):
            try:
                found.append(await read())
            except BadRequest as error:
                found.append(type(error))
            return response

        hooks.init_app(host.app)
        host.route("/", methods=["GET", "POST", "PUT", "DELETE"])(lambda: "home")
        assert host.ask(**request).status == 200
        return found[0]

    return ask


JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_data_is_the_body(reading):
    assert reading(received.data, method="POST", data=b"abc") == b"abc"


def test_data_of_a_request_without_a_body_is_empty(reading):
    assert reading(received.data) == b""


def test_json_is_parsed(reading):
    assert reading(received.json, method="POST", data=b'{"a": 1}', headers=JSON) == {"a": 1}


def test_json_of_another_content_type_is_none(reading):
    assert reading(received.json, method="POST", data=b'{"a": 1}') is None


def test_json_of_another_content_type_can_be_forced(reading):
    assert reading(lambda: received.json(force=True), method="POST", data=b"[1]") == [1]


def test_json_that_does_not_parse_is_a_bad_request(reading):
    assert reading(received.json, method="POST", data=b"{", headers=JSON) is BadRequest


def test_json_that_does_not_parse_is_none_when_silent(reading):
    read = lambda: received.json(silent=True)  # noqa: E731
    assert reading(read, method="POST", data=b"{", headers=JSON) is None


def test_form_has_the_fields(reading):
    form = reading(received.form, method="POST", data=b"a=1&a=2", headers=FORM)
    assert form.getlist("a") == ["1", "2"]


def test_form_of_what_is_no_form_is_empty(reading):
    assert not reading(received.form, method="POST", data=b"abc")


def test_files_have_names_and_content(host, reading):
    async def read():
        file = (await received.files())["upload"]
        return file.filename, file.stream.read()

    boundary = "x"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nHello\r\n--x--\r\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    found = reading(read, method="POST", data=body, headers=headers)
    assert found == ("a.txt", b"Hello")


@pytest.mark.parametrize(
    ("method", "found"), [("GET", ["q"]), ("POST", ["q", "f"]), ("DELETE", ["q"])]
)
def test_values_are_the_query_and_the_form_of_what_has_one(reading, method, found):
    options = {} if method == "GET" else {"data": b"a=f", "headers": FORM}
    values = reading(received.values, path="/?a=q", method=method, **options)
    assert values.getlist("a") == found


def test_what_the_view_has_read_is_read_again(host):
    found = []
    hooks = Hooks()

    @hooks.after_request
    async def hook(response):
        found.append(await received.data())
        return response

    hooks.init_app(host.app)

    async def view():
        return await received.data()

    def plain_view():
        return host.module.request.get_data()

    chosen = view if host.name == "quart" else plain_view
    host.app.add_url_rule("/", "home", chosen, methods=["POST"])
    assert host.ask(method="POST", data=io.BytesIO(b"abc").read()).body == b"abc"
    assert found == [b"abc"]


def test_outside_a_request_it_says_where_it_is(host):
    with pytest.raises(RuntimeError, match="outside of a context"):
        host.run(received.data()) if host.name == "quart" else received.data().send(None)
