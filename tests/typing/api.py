"""What users write, held against the types that they see: checked by mypy and pyright, not run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flask
import quart
from werkzeug.sansio.response import Response

from afterware import Hooks, Sent, after_this_request, body, current_app, g, request, session

hooks = Hooks()
reversed_hooks = Hooks(order="reversed")


@hooks.after_request
def plain(response: Response) -> Response:
    response.headers["X-Path"] = request.path
    response.status_code = 201
    response.set_cookie("a", "b")
    return response


@hooks.after_request
async def coloured(response: Response) -> Response:
    data: bytes = await body.read(response)
    body.replace(response, data)
    body.transform(response, bytes.upper)
    body.replace_json(response, {"a": 1})
    added: bool = await body.add_etag(response, weak=True)
    await body.make_conditional(response)
    assert added is not body.is_streaming(response)
    return response


@hooks.after_request
def for_flask(response: flask.Response) -> flask.Response:
    return response


@hooks.after_request
async def for_quart(response: quart.Response) -> quart.Response:
    return response


@hooks.after_request(blocking=True)
def blocks(response: Response) -> Response:
    return response


@hooks.after_request(suspends=True, on_error="log")
async def suspends(response: Response) -> Response:
    return response


@hooks.after_request(shield=True)
async def shielded(response: Response) -> Response:
    return response


@hooks.before_request
def before() -> None:
    g.started = 1.0
    session["seen"] = True
    name: str | None = request.endpoint
    assert name or current_app.debug


@hooks.before_request
async def answers() -> dict[str, int]:
    return {"status": 1}


@hooks.teardown_request
def teardown(exc: BaseException | None) -> None: ...


@hooks.teardown_request
async def async_teardown(exc: BaseException | None) -> None: ...


@hooks.after_response
def after(sent: Sent) -> None:
    status: int | None = sent.status
    size: int = sent.bytes_sent
    seconds: float = sent.seconds
    assert status is None or size or seconds or sent.completed


# A decorated function keeps its own type.
kept: Response = plain(Response())


def view() -> str:
    @after_this_request
    def once(response: Response) -> Response:
        return response

    @after_this_request(suspends=True)
    async def later(response: Response) -> Response:
        return once(response)

    later_kept: Callable[[Response], Awaitable[Response]] = later
    return str(later_kept)


hooks.add(object(), blocking=True, shield=True)
hooks.init_app(flask.Flask(""))
hooks.init_app(quart.Quart(""))
hooks.init_app(flask.Blueprint("", ""))

# What is wrong is seen by the checker: each ignore below is needed, or the check fails.


@hooks.after_request  # type: ignore[type-var]  # no parameter
def no_parameter() -> Response:
    return Response()


@hooks.after_request  # type: ignore[type-var]  # nothing is returned
def forgets(response: Response) -> None: ...


@hooks.before_request  # type: ignore[type-var]  # one parameter too many
def one_too_many(response: Response) -> None: ...


Hooks(order="backwards")  # type: ignore[arg-type]  # not one of the choices
hooks.after_request(on_error="ignore")  # type: ignore[call-overload]  # not one of the choices
