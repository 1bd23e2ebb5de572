"""What users write, held against the types that they see: checked by mypy and pyright, not run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flask
import quart
from werkzeug.sansio.response import Response

from afterware import (
    Hook,
    HookObject,
    Hooks,
    Sent,
    SupportsAfterRequest,
    SupportsAfterResponse,
    SupportsAround,
    SupportsBeforeRequest,
    SupportsInitApp,
    SupportsSurround,
    SupportsTeardownAppcontext,
    SupportsTeardownRequest,
    after_this_request,
    body,
    current_app,
    g,
    request,
    session,
)
from afterware.hooks import (
    CORS,
    AccessLog,
    Compress,
    Conditional,
    Cookies,
    JsonEnvelope,
    RequestId,
    SecurityHeaders,
    ServerTiming,
)

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


@hooks.teardown_appcontext
def close(exc: BaseException | None) -> None: ...


@hooks.teardown_appcontext(shield=True)
async def async_close(exc: BaseException | None) -> None: ...


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


class Everything:
    """An object with every method that is known; some are `async def`."""

    async def before_request(self) -> str | None: ...

    def after_request(self, response: Response) -> Response:
        return response

    async def teardown_request(self, exc: BaseException | None) -> None: ...

    async def teardown_appcontext(self, exc: BaseException | None) -> None: ...
    def after_response(self, sent: Sent) -> None: ...
    def init_app(self, app: flask.Flask | quart.Quart) -> None: ...
    def around(self, hook: Hook) -> Callable[..., object]:
        return hook.function

    def surround(self, app: flask.Flask | quart.Quart) -> Callable[[], bool]:
        return lambda: bool(app)


class AwaitedOnly:
    async def after_request(self, given: quart.Response) -> quart.Response:
        return given


class HoldsFunctions:
    def __init__(self) -> None:
        self.after_request: Callable[[Response], Response] = plain
        self.before_request: Callable[[], None] | None = None


everything = Everything()
hooks.add(everything, AwaitedOnly(), HoldsFunctions(), blocking=True, shield=True)
hooks.add(CORS(), AccessLog(), Compress(), Conditional(), Cookies(), JsonEnvelope())
hooks.add(RequestId(), SecurityHeaders(), ServerTiming(), on_error="log")
before_requests: SupportsBeforeRequest = everything
after_requests: list[SupportsAfterRequest] = [everything, AwaitedOnly(), HoldsFunctions()]
teardown_requests: SupportsTeardownRequest = everything
teardown_appcontexts: SupportsTeardownAppcontext = everything
after_responses: list[SupportsAfterResponse] = [everything, AccessLog()]
init_apps: list[SupportsInitApp] = [everything, RequestId()]
arounds: list[SupportsAround] = [everything, ServerTiming()]
surrounds: list[SupportsSurround] = [everything, CORS()]


def as_added(*objects: HookObject) -> Hooks:
    added = Hooks()
    added.add(*objects)
    return added


with hooks.adopt(flask.Flask("")):
    pass
with hooks.adopt(quart.Blueprint("", ""), blocking=False, on_error="log"):
    pass
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


class Wrong:
    """Every method is there, and none as it is called."""

    def before_request(self, response: Response) -> None: ...
    def after_request(self, response: Response) -> None: ...
    def teardown_request(self) -> None: ...
    def after_response(self, sent: int) -> None: ...
    def init_app(self) -> None: ...
    def around(self, hook: str) -> Callable[..., object]:
        return print

    def surround(self, app: object) -> bool:
        return True


class OnlySurrounds:
    def surround(self, app: object) -> Callable[[], bool]:
        return lambda: False


wrong = Wrong()
hooks.add(object())  # type: ignore[arg-type]  # it has none of the methods
hooks.add(wrong)  # type: ignore[arg-type]  # it has them all, and each otherwise
hooks.add(OnlySurrounds())  # type: ignore[arg-type]  # a blueprint could not use it
hooks.add(everything, plain)  # type: ignore[arg-type]  # a function is registered by its phase
hooks.add(CORS)  # type: ignore[arg-type]  # the class and no instance
wrong_before: SupportsBeforeRequest = wrong  # type: ignore[assignment]
wrong_after: SupportsAfterRequest = wrong  # type: ignore[assignment]
wrong_teardown: SupportsTeardownRequest = wrong  # type: ignore[assignment]
wrong_sent: SupportsAfterResponse = wrong  # type: ignore[assignment]
wrong_init: SupportsInitApp = wrong  # type: ignore[assignment]
wrong_around: SupportsAround = wrong  # type: ignore[assignment]
wrong_surround: SupportsSurround = wrong  # type: ignore[assignment]
no_fallback: SupportsSurround = OnlySurrounds()  # type: ignore[assignment]
