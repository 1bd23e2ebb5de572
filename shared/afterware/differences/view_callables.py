"""Views, receivers and teardown functions, and how the host calls them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from .record import Difference, difference
from .stage import At, Facts, attempt, quiet, yes_no

__all__ = ["DIFFERENCES"]


@difference(
    "AW228",
    "an object with an async __call__ as a view",
    flask="the object's answer: 500; its method's: 200",
    quart="the object's answer: 500; its method's: 200",
    bound="the object's answer: 500; its method's: 200",
    bites="loudly",
    whom="views that are objects of a class of one's own",
    remedy="register the method: `view_func=thing.__call__`",
    about="view",
    why="Both hosts ask whether the object is a coroutine function, and it is none.",
)
def called(at: At) -> Facts:
    class View:
        __name__ = "view"

        async def __call__(self) -> str:
            return "Hello"

    stage = at.stage()
    stage.app.add_url_rule("/object", view_func=View(), endpoint="object")
    stage.app.add_url_rule("/method", view_func=View().__call__, endpoint="method")
    with quiet():
        return {
            "the object's answer": stage.ask("/object").outcome,
            "its method's": stage.ask("/method").outcome,
        }


@difference(
    "AW229",
    "which plain functions hop to a worker thread",
    flask="hop: none of five",
    quart="hop: view, error handler, teardown_appcontext",
    bound="hop: view, error handler, teardown_appcontext",
    bound_on_flask="hop: none of five",
    bites="under load",
    whom="everything that is registered as a `def`: a hop costs a hundred microseconds, and what"
    " does not hop holds the loop while it waits",
    remedy="`async def` for what does not wait; a `def` for what waits, and for nothing else",
    about="app",
    why="It is how Quart runs plain functions. Hooks that are bound through Afterware do not "
    "hop unless they say so.",
)
def hopping(at: At) -> Facts:
    seen: dict[str, int] = {}
    stage = at.stage()
    app = stage.app
    loop: list[int] = []

    def noted(name: str, value: Any = None) -> Any:
        seen[name] = threading.get_ident()
        return value

    def view(**_: Any) -> str:
        noted("view")
        at.host.url_for("plain", word="a")
        raise ZeroDivisionError

    def processor(*_: Any) -> None:
        noted("url_value_preprocessor")

    def defaults(*_: Any) -> None:
        noted("url_defaults")

    app.add_url_rule("/<word>", endpoint="plain", view_func=view)
    app.url_value_preprocessor(processor)
    app.url_defaults(defaults)
    app.register_error_handler(ZeroDivisionError, lambda _: noted("error handler", "Sorry"))
    app.teardown_appcontext(lambda *_: noted("teardown_appcontext"))

    async def on_the_loop(response: Any) -> Any:
        loop.append(threading.get_ident())
        return response

    def here(response: Any) -> Any:
        loop.append(threading.get_ident())
        return response

    app.after_request(on_the_loop if at.asynchronous else here)
    stage.ask("/a")
    names = ("view", "error handler", "teardown_appcontext", "url_value_preprocessor")
    hopped = [name for name in names if seen[name] != loop[0]]
    # url_defaults runs where url_for() is called, which is here in a view that may have hopped.
    if seen["url_defaults"] != seen["view"]:
        hopped.append("url_defaults")
    return {"hop": ", ".join(hopped) or "none of five"}


@difference(
    "AW320",
    "a coroutine function as the receiver of a signal of one's own",
    flask="send(): RuntimeError; with request_finished: 200, it ran: yes",
    quart="send(): RuntimeError; with request_finished: 200, it ran: yes",
    bound="send(): RuntimeError; with request_finished: 200, it ran: yes",
    bites="loudly",
    whom="apps with signals of their own: one receiver that became `async def` makes send() raise",
    remedy="`await signal.send_async(sender)`, with `_sync_wrapper` for plain receivers; a "
    "receiver of the host's own signals may be either",
    about="app",
    why="blinker asks for send_async where a receiver is a coroutine function.",
    see=("https://blinker.readthedocs.io/en/stable/#async-receivers",),
)
def receiver(at: At) -> Facts:
    from blinker import Namespace

    ran: list[int] = []
    own = Namespace().signal("paid")

    async def receive(sender: Any, **_: Any) -> None:
        ran.append(1)

    own.connect(receive)
    seen: list[str] = []

    def view() -> str:
        with quiet():
            seen.append(attempt(lambda: len(own.send(None))))
        return "Hello"

    stage = at.stage(view)
    with quiet():
        stage.ask()
        at.host.request_finished.connect(receive, stage.app)
        outcome = stage.ask().outcome
    return {"send()": seen[0], "with request_finished": f"{outcome}, it ran: {yes_no(bool(ran))}"}


@difference(
    "AW411",
    "request.data of a form post",
    flask="the view gets: b''",
    quart="the view gets: b'a=1'",
    bound="the view gets: b'a=1'",
    bound_on_flask="the view gets: b''",
    bites="silently",
    whom="code that tells a form from other bodies by whether there is data",
    remedy="look at `request.mimetype`",
    about="view",
    why="Werkzeug parses a form and leaves no data; Quart keeps the body.",
)
def form_data(at: At) -> Facts:
    seen: list[str] = []

    async def awaiting() -> str:
        seen.append(repr(await at.host.request.data))
        return "Hello"

    def view() -> str:
        seen.append(repr(at.host.request.data))
        return "Hello"

    stage = at.stage()
    stage.view(awaiting if at.asynchronous else view, "/form", methods=["POST"])
    stage.ask(
        "/form",
        method="POST",
        body=b"a=1",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    return {"the view gets": seen[0]}


@difference(
    "AW412",
    "`if request.form:` is always true",
    flask="true without a form: no",
    quart="true without a form: yes",
    bound="true without a form: yes",
    bound_on_flask="true without a form: no",
    bites="silently",
    whom="views that ask whether a form was posted",
    remedy="`form = await request.form`, then `if form:`; in hooks `await received.form()`",
    about="view",
    why="What is asked is a coroutine, which is always true.",
)
def truth(at: At) -> Facts:
    seen: list[str] = []

    def view() -> str:
        form = at.host.request.form
        seen.append(yes_no(bool(form)))
        if asyncio.iscoroutine(form):
            form.close()
        return "Hello"

    stage = at.stage(view)
    stage.ask()
    return {"true without a form": seen[0]}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
