"""The request, the context and the helpers: Flask's names left in place, and the app's defaults."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import after_this_request, current_app, g, request, session
from .record import Difference, Probe, difference
from .stage import At, Facts, attempt

__all__ = ["DIFFERENCES"]


def _flask() -> Any:
    # Not at the top: the catalogue is read where neither host is installed.
    return import_module("flask")


REMEDY = "import it from afterware, which finds the host that is serving"


def left_in_place(ported: Callable[[], Any], portable: Callable[[], Any]) -> Probe:
    """A probe of a hook that still imports from flask.

    :param ported: what the hook does with a name of Flask's.
    :param portable: the same with Afterware's.
    """

    def probe(at: At) -> Facts:
        def view() -> str:
            at.host.g.user = at.host.session["user"] = "ada"
            return "Hello"

        stage = at.stage(view, SECRET_KEY="probe")
        found: list[str] = []

        def hook(response: Any) -> Any:
            found.append(attempt(portable if at.bound else ported))
            return response

        stage.after_request(hook)
        stage.ask()
        return {"the hook gets": found[0]}

    return probe


request_left = difference(
    "AW440",
    "flask.request under Quart",
    flask="the hook gets: '/'",
    quart="the hook gets: RuntimeError",
    bound="the hook gets: '/'",
    bites="loudly",
    whom="hooks whose imports were not swapped, in a module that both apps share above all",
    remedy=REMEDY,
)(left_in_place(lambda: _flask().request.path, lambda: request.path))

g_left = difference(
    "AW441",
    "flask.g under Quart",
    flask="the hook gets: 'ada'",
    quart="the hook gets: RuntimeError",
    bound="the hook gets: 'ada'",
    bites="loudly",
    whom="hooks that take a timer, a user or a connection from g",
    remedy=REMEDY,
)(left_in_place(lambda: _flask().g.user, lambda: g.user))

session_left = difference(
    "AW442",
    "flask.session under Quart",
    flask="the hook gets: 'ada'",
    quart="the hook gets: RuntimeError",
    bound="the hook gets: 'ada'",
    bites="loudly",
    whom="hooks that look at the user",
    remedy=REMEDY,
)(left_in_place(lambda: _flask().session["user"], lambda: session["user"]))

current_app_left = difference(
    "AW443",
    "flask.current_app under Quart",
    flask="the hook gets: 'afterware_probe'",
    quart="the hook gets: RuntimeError",
    bound="the hook gets: 'afterware_probe'",
    bites="loudly",
    whom="hooks and extensions that look at the configuration or log",
    remedy=REMEDY,
)(left_in_place(lambda: _flask().current_app.name, lambda: current_app.name))

jsonify_left = difference(
    "AW444",
    "flask.jsonify, url_for and other helpers under Quart",
    flask="the hook gets: 200",
    quart="the hook gets: RuntimeError",
    bound="the hook gets: 200",
    bites="loudly",
    whom="hooks that make a response or a URL",
    remedy="`current_app.json.response(...)`, `current_app.url_for(...)`: the same on both",
)(
    left_in_place(
        lambda: _flask().jsonify(a=1).status_code,
        lambda: current_app.json.response(a=1).status_code,
    )
)


@difference(
    "AW445",
    "flask.after_this_request under Quart",
    flask="answer: 200; header: ran",
    quart="answer: 500; header: none",
    bound="answer: 200; header: ran",
    bites="loudly",
    whom="views and helpers whose imports were not swapped",
    remedy="`from afterware import after_this_request`",
)
def this_request(at: At) -> Facts:
    def hook(response: Any) -> Any:
        response.headers["X-Hook"] = "ran"
        return response

    def view() -> str:
        (after_this_request if at.bound else _flask().after_this_request)(hook)
        return "Hello"

    answer = at.stage(view).ask()
    return {"answer": answer.outcome, "header": answer.header("X-Hook")}


@difference(
    "AW446",
    "isinstance(response, flask.Response) is False",
    flask="it is one: True",
    quart="it is one: False",
    bound="it is one: True",
    bites="silently",
    whom="hooks that only touch responses of the app's own, and now touch none",
    remedy="do not ask; the attributes that both have are those of werkzeug.sansio's Response",
)
def instance(at: At) -> Facts:
    from werkzeug.sansio.response import Response

    stage = at.stage()
    found: list[str] = []

    def ported(response: Any) -> Any:
        found.append(repr(isinstance(response, _flask().Response)))
        return response

    def portable(response: Any) -> Any:
        found.append(repr(isinstance(response, Response)))
        return response

    stage.after_request(ported, portable)
    stage.ask()
    return {"it is one": found[0]}


has_request_left = difference(
    "AW447",
    "flask.has_request_context() is False under Quart",
    flask="the hook gets: True",
    quart="the hook gets: False",
    bound="the hook gets: True",
    bites="silently",
    whom="logging filters and helpers that add the request to a line where there is one",
    remedy="`bool(afterware.request)`",
)(left_in_place(lambda: _flask().has_request_context(), lambda: bool(request)))


@difference(
    "AW448",
    "Flask's signals never fire under Quart",
    flask="told of: ZeroDivisionError",
    quart="told of: nothing",
    bound="told of: ZeroDivisionError",
    bites="silently",
    whom="metrics and error trackers that connect to flask.request_finished or"
    " flask.got_request_exception",
    remedy="an after_response hook, whose `sent` has the status and the exception",
)
def signals(at: At) -> Facts:
    stage = at.stage(lambda: 1 // 0)
    told: list[str] = []

    def receiver(_: Any, exception: BaseException, **__: Any) -> None:
        told.append(type(exception).__name__)

    if at.bound:
        stage.on("after_response", None, lambda sent: told.append(type(sent.exception).__name__))
    else:
        _flask().got_request_exception.connect(receiver, stage.app)
    stage.ask()
    return {"told of": ", ".join(told) or "nothing"}


@difference(
    "AW460",
    "MAX_CONTENT_LENGTH has a default",
    flask="MAX_CONTENT_LENGTH: None",
    quart="MAX_CONTENT_LENGTH: 16777216",
    bound="MAX_CONTENT_LENGTH: 16777216",
    bound_on_flask="MAX_CONTENT_LENGTH: None",
    bites="on some paths",
    whom="apps that take uploads of more than 16 MiB",
    remedy="set MAX_CONTENT_LENGTH on both",
    about="app",
    why="A limit is the app's to set, and one too many is safer than one too few.",
)
def max_content_length(at: At) -> Facts:
    return {"MAX_CONTENT_LENGTH": str(at.stage().app.config["MAX_CONTENT_LENGTH"])}


@difference(
    "AW461",
    "SEND_FILE_MAX_AGE_DEFAULT is twelve hours",
    flask="Cache-Control: no-cache",
    quart="Cache-Control: public, max-age=43200",
    bound="Cache-Control: public, max-age=43200",
    bound_on_flask="Cache-Control: no-cache",
    bites="silently",
    whom="static files: clients keep the old ones for half a day after a release",
    remedy="set SEND_FILE_MAX_AGE_DEFAULT on both; for what a view sends see AW058",
    about="app",
    why="It is the app's to set.",
)
def send_file_max_age(at: At) -> Facts:
    path = Path(__file__)
    stage = at.stage()
    stage.app.static_folder = str(path.parent)
    stage.app.add_url_rule("/static/<path:filename>", "static", stage.app.send_static_file)
    stage.after_request(lambda response: response)
    return {"Cache-Control": stage.ask(f"/static/{path.name}").header("Cache-Control")}


@difference(
    "AW462",
    "the text that is logged for an exception",
    flask="logged: Exception on / [GET]",
    quart="logged: Exception on request GET /",
    bound="logged: Exception on request GET /",
    bound_on_flask="logged: Exception on / [GET]",
    bites="silently",
    whom="alerts that search for the text",
    remedy="search for the logger and the level; or log in a hook",
    about="app",
    why="The line is the host's own.",
)
def logged(at: At) -> Facts:
    stage = at.stage(lambda: 1 // 0)
    stage.after_request(lambda response: response)
    stage.ask()
    return {"logged": stage.log[0].splitlines()[0]}


@difference(
    "AW464",
    "a body or an answer that takes longer than a minute",
    flask="BODY_TIMEOUT: None; RESPONSE_TIMEOUT: None",
    quart="BODY_TIMEOUT: 60; RESPONSE_TIMEOUT: 60",
    bound="BODY_TIMEOUT: 60; RESPONSE_TIMEOUT: 60",
    bound_on_flask="BODY_TIMEOUT: None; RESPONSE_TIMEOUT: None",
    bites="under load",
    whom="uploads over slow links, which get 408, and streams, see AW306",
    remedy="set BODY_TIMEOUT and RESPONSE_TIMEOUT",
    about="app",
    why="They are the app's to set.",
)
def time_outs(at: At) -> Facts:
    config = at.stage().app.config
    return {name: str(config.get(name)) for name in ("BODY_TIMEOUT", "RESPONSE_TIMEOUT")}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
