"""helpers: coroutine functions on both hosts, of what Quart has so and Flask has plain."""

from __future__ import annotations

import io

import pytest
from werkzeug.exceptions import NotFound

from afterware import Hooks, body, helpers


@pytest.fixture
def helped(host, tmp_path):
    """What a hook gets from a helper."""

    def ask(call):
        found = []
        hooks = Hooks()

        @hooks.after_request
        async def hook(response):
            try:
                found.append(await call())
            except NotFound as error:
                found.append(type(error))
            return response

        hooks.init_app(host.app)
        host.app.jinja_loader = __import__("jinja2").DictLoader({"page": "Hello {{ name }}"})
        host.route("/")(lambda: "home")
        assert host.ask().status == 200
        return found[0]

    return ask


def test_make_response(helped):
    async def call():
        made = await helpers.make_response("sorry", 503)
        return made.status_code, await body.read(made)

    assert helped(call) == (503, b"sorry")


def test_render_template(helped):
    assert helped(lambda: helpers.render_template("page", name="Ada")) == "Hello Ada"


def test_render_template_string(helped):
    assert helped(lambda: helpers.render_template_string("{{ a + 1 }}", a=1)) == "2"


def test_flash_is_shown_with_the_next_page(host):
    hooks = Hooks()

    @hooks.after_request
    async def hook(response):
        await helpers.flash("saved", "good")
        return response

    hooks.init_app(host.app)
    flashed = host.module.get_flashed_messages
    host.route("/")(lambda: str(flashed(with_categories=True)))
    assert host.ask().body == b"[]"
    assert host.ask().body == b"[('good', 'saved')]"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Hello")
    return path


async def _described(made):
    return (
        await body.read(made, buffer=True),
        made.mimetype,
        made.headers.get("Content-Disposition", "").split(";")[0],
        made.cache_control.max_age,
        "ETag" in made.headers,
    )


def test_send_file_takes_the_same_options_on_both(helped, file):
    async def call():
        made = await helpers.send_file(
            file, as_attachment=True, download_name="a.txt", max_age=60, mimetype="text/x-note"
        )
        assert "a.txt" in made.headers["Content-Disposition"]
        return await _described(made)

    assert helped(call) == (b"Hello", "text/x-note", "attachment", 60, True)


def test_send_file_without_an_etag(helped, file):
    async def call():
        return await _described(await helpers.send_file(file, etag=False, max_age=1))

    assert helped(call)[-1] is False


def test_send_file_of_what_is_in_memory(helped):
    async def call():
        made = await helpers.send_file(io.BytesIO(b"abc"), mimetype="text/plain", max_age=1)
        return (await _described(made))[:2]

    assert helped(call) == (b"abc", "text/plain")


def test_send_from_directory(helped, file):
    async def call():
        made = await helpers.send_from_directory(file.parent, file.name, max_age=1)
        return (await _described(made))[0]

    assert helped(call) == b"Hello"


def test_send_from_directory_gives_nothing_above_it(helped, file):
    assert helped(lambda: helpers.send_from_directory(file.parent, "../note.txt")) is NotFound
