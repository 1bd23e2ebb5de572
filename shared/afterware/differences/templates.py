"""Templates, and what is registered for them."""

from __future__ import annotations

import threading
from typing import Any

from .record import Difference, difference
from .stage import At, Facts, attempt

__all__ = ["DIFFERENCES"]


@difference(
    "AW901",
    "get_template_attribute() fails",
    flask="the macro gives: 'Hello Ada'",
    quart="the macro gives: RuntimeError",
    bound="the macro gives: RuntimeError",
    bound_on_flask="the macro gives: 'Hello Ada'",
    bites="loudly",
    whom="views and hooks that call a macro of a template",
    remedy="await the rendering of a template that calls the macro",
    about="view",
    why="Quart's templates are asynchronous, and the function is not.",
)
def attribute(at: At) -> Facts:
    from jinja2 import DictLoader

    source = "{% macro hello(name) %}Hello {{ name }}{% endmacro %}"
    seen: list[str] = []
    stage = at.stage()
    stage.app.jinja_loader = DictLoader({"page": source})

    def view() -> str:
        seen.append(attempt(lambda: str(at.host.get_template_attribute("page", "hello")("Ada"))))
        return "Hello"

    stage.view(view, "/macro")
    stage.ask("/macro")
    return {"the macro gives": seen[0]}


@difference(
    "AW902",
    "a plain context processor runs in a worker thread",
    flask="in another thread than the view: none of four",
    quart="in another thread than the view: context processor",
    bound="in another thread than the view: context processor",
    bound_on_flask="in another thread than the view: none of four",
    bites="under load",
    whom="plain context processors: each costs a hop to a worker thread in every rendering; and "
    "filters, tests and globals that wait, which hold the loop",
    remedy="make the context processor `async def`; let views do what waits, and hand its result "
    "to the template",
    about="app",
    why="Quart runs plain context processors as it runs plain views; filters, tests and globals"
    " are Jinja's.",
)
def threads(at: At) -> Facts:
    seen: dict[str, int] = {}
    stage = at.stage()

    def noted(name: str, value: Any) -> Any:
        seen[name] = threading.get_ident()
        return value

    stage.app.context_processor(lambda: noted("context processor", {}))
    stage.app.template_filter("marked")(lambda value: noted("filter", value))
    stage.app.template_test("odd_one")(lambda value: noted("test", True))
    stage.app.template_global("word")(lambda: noted("global", "w"))

    def view() -> Any:
        noted("view", None)
        return at.host.render_template_string("{{ word()|marked }}{% if 1 is odd_one %}{% endif %}")

    stage.view(view, "/page")
    stage.ask("/page")
    hopped = [name for name, thread in seen.items() if thread != seen["view"]]
    return {"in another thread than the view": ", ".join(hopped) or "none of four"}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
