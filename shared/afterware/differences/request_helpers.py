"""The request, the context and the helpers: the host's own functions, called in a hook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import current_app, helpers, session
from .record import Difference, difference
from .request import calling
from .stage import At, Facts, attempt, attempt_async

__all__ = ["DIFFERENCES"]


async def _made() -> Any:
    return (await helpers.make_response("Sorry", 503)).status_code


make_response = difference(
    "AW420",
    "make_response() gives a coroutine",
    flask="the hook gets: 503",
    quart="the hook gets: AttributeError",
    bound="the hook gets: 503",
    bites="loudly",
    whom="hooks that wrap what they were given: `response = make_response(response)`",
    remedy="leave it out where the hook has a response already; else"
    " `await helpers.make_response(...)`",
    needs=("await-helper",),
)(calling(lambda host: host.make_response("Sorry", 503).status_code, _made))


@difference(
    "AW421",
    "render_template() gives a coroutine",
    flask="the hook gets: 'Hello Ada'",
    quart="the hook gets: a coroutine",
    bound="the hook gets: 'Hello Ada'",
    bites="loudly",
    whom="hooks that put a page of their own in the place of an error",
    remedy="`await helpers.render_template(name, ...)`",
    needs=("await-helper",),
)
def render_template(at: At) -> Facts:
    from jinja2 import DictLoader

    stage = at.stage()
    stage.app.jinja_loader = DictLoader({"page": "Hello {{ user }}"})
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(attempt(lambda: at.host.render_template("page", user="Ada")))
        return response

    async def portable(response: Any) -> Any:
        found.append(await attempt_async(lambda: helpers.render_template("page", user="Ada")))
        return response

    stage.after_request(ported, portable)
    stage.ask()
    return {"the hook gets": found[0]}


render_template_string = difference(
    "AW422",
    "render_template_string() gives a coroutine",
    flask="the hook gets: '2'",
    quart="the hook gets: a coroutine",
    bound="the hook gets: '2'",
    bites="silently",
    whom="hooks that render a toolbar or a notice",
    remedy="`await helpers.render_template_string(source, ...)`",
    needs=("await-helper",),
)(
    calling(
        lambda host: host.render_template_string("{{ 1 + 1 }}"),
        lambda: helpers.render_template_string("{{ 1 + 1 }}"),
    )
)


stream_template = difference(
    "AW423",
    "stream_template() and stream_template_string() give a coroutine",
    flask="the hook gets: '2'",
    quart="the hook gets: TypeError",
    bound="the hook gets: '2'",
    bites="loudly",
    whom="hooks that render a long page",
    remedy="`await helpers.render_template(...)`, and body.replace",
    needs=("await-helper",),
)(
    calling(
        lambda host: "".join(host.stream_template_string("{{ 1 + 1 }}")),
        lambda: helpers.render_template_string("{{ 1 + 1 }}"),
    )
)


async def _flashed() -> Any:
    await helpers.flash("saved")
    return session.get("_flashes")


flash = difference(
    "AW424",
    "flash() gives a coroutine",
    flask="the hook gets: [('message', 'saved')]",
    quart="the hook gets: None",
    bound="the hook gets: [('message', 'saved')]",
    bites="silently",
    whom="hooks that leave a message for the next page: it is never shown",
    remedy="`await helpers.flash(message)`",
    needs=("await-helper",),
)(
    calling(
        lambda host: (host.flash("saved"), host.session.get("_flashes"))[1],
        _flashed,
    )
)


async def _sent() -> Any:
    return (await helpers.send_file(__file__, max_age=1)).status_code


async def _sent_from() -> Any:
    here = Path(__file__)
    return (await helpers.send_from_directory(here.parent, here.name, max_age=1)).status_code


send_file = difference(
    "AW425",
    "send_file() gives a coroutine",
    flask="the hook gets: 200",
    quart="the hook gets: AttributeError",
    bound="the hook gets: 200",
    bites="loudly",
    whom="hooks that answer with a file",
    remedy="`await helpers.send_file(path)`",
    needs=("await-helper", "blocking"),
)(calling(lambda host: host.send_file(__file__).status_code, _sent))


def _from_directory(host: Any) -> Any:
    directory, _, name = __file__.rpartition("/")
    return host.send_from_directory(directory, name).status_code


send_from_directory = difference(
    "AW426",
    "send_from_directory() gives a coroutine",
    flask="the hook gets: 200",
    quart="the hook gets: AttributeError",
    bound="the hook gets: 200",
    bites="loudly",
    whom="hooks that answer with a file",
    remedy="`await helpers.send_from_directory(directory, name)`",
    needs=("await-helper", "blocking"),
)(calling(_from_directory, _sent_from))


async def _work() -> int:
    return 1


ensure_sync = difference(
    "AW427",
    "ensure_sync() and async_to_sync() are missing",
    flask="the hook gets: 1",
    quart="the hook gets: AttributeError",
    bound="the hook gets: 1",
    bites="loudly",
    whom="hooks and extensions that call what may be async",
    remedy="an async def hook that awaits it; bound, it costs Flask no thread",
    needs=("missing-api",),
)(calling(lambda host: host.current_app.ensure_sync(_work)(), _work))


def _opened(host: Any) -> Any:
    with host.current_app.open_resource(__file__) as file:
        return file.read(3)


async def _read() -> Any:
    with Path(current_app.root_path, __file__).open("rb") as file:  # noqa: ASYNC230 - small, local
        return file.read(3)


open_resource = difference(
    "AW428",
    "open_resource() gives a coroutine",
    flask='the hook gets: b\'"""\'',
    quart="the hook gets: TypeError",
    bound='the hook gets: b\'"""\'',
    bites="loudly",
    whom="hooks that read a file of the app's package",
    remedy="`Path(current_app.root_path, name)`, at start-up rather than in each request",
    needs=("await-helper", "blocking"),
)(calling(_opened, _read))


@difference(
    "AW429",
    "test_client() answers with a coroutine",
    flask="the hook gets: 200",
    quart="the hook gets: AttributeError",
    bound="the hook gets: AttributeError",
    bound_on_flask="the hook gets: 200",
    bites="loudly",
    whom="hooks that ask another route of their own app",
    remedy="call the function behind the route",
    needs=("await-helper",),
    about="app",
    why="A test client is its host's own.",
)
def test_client(at: At) -> Facts:
    stage = at.stage()
    stage.view(lambda: "Bye", "/other")
    found: list[str] = []

    def hook(response: Any) -> Any:
        if at.host.request.path == "/":
            client = stage.app.test_client()
            found.append(attempt(lambda: client.get("/other").status_code))
        return response

    stage.after_request(hook)
    stage.ask()
    return {"the hook gets": found[0]}


def _pushed(host: Any) -> Any:
    with host.current_app.app_context():
        return host.current_app.name


async def _name() -> Any:
    return current_app.name


app_context = difference(
    "AW430",
    "app_context() and test_request_context() are entered with async with",
    flask="the hook gets: 'afterware_probe'",
    quart="the hook gets: TypeError",
    bound="the hook gets: 'afterware_probe'",
    bites="loudly",
    whom="hooks and their helpers that push a context of their own",
    remedy="do not push one: a hook has one, and current_app finds it",
    needs=("missing-api",),
)(calling(_pushed, _name))


@difference(
    "AW431",
    "send_file takes other options",
    flask="max_age=1: 200",
    quart="max_age=1: TypeError",
    bound="max_age=1: 200",
    bites="loudly",
    whom="callers that say download_name, max_age or etag",
    remedy="`await helpers.send_file(path, download_name=..., max_age=...)`",
    needs=("await-helper",),
)
def send_file_options(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    async def ported(response: Any) -> Any:
        found.append(await attempt_async(lambda: _maybe(at.host.send_file, __file__, max_age=1)))
        return response

    async def portable(response: Any) -> Any:
        found.append(await attempt_async(lambda: _maybe(helpers.send_file, __file__, max_age=1)))
        return response

    stage.after_request(ported, portable)
    stage.ask()
    return {"max_age=1": found[0]}


async def _maybe(function: Callable[..., Any], *args: Any, **kwargs: Any) -> int:
    made = function(*args, **kwargs)
    made = await made if hasattr(made, "__await__") else made
    status: int = made.status_code
    if hasattr(made, "close"):
        made.close()
    return status


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
