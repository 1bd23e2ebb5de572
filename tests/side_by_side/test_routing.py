"""Which app serves a request: what one Werkzeug Map of both apps' rules says."""

from __future__ import annotations

import asyncio

import flask
import quart
from asgi import ask
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, RequestRedirect, Rule

from afterware import SideBySide

PARTS = ["users", "me", "item", "<name>", "<int:number>", "<path:rest>", "a-<name>", "<float:f>"]
WORDS = ["users", "me", "item", "7", "1.5", "a-b", "x/y"]


@st.composite
def rules(draw):
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=0, max_size=3))
    seen, unique = set(), []
    for part in parts:
        name = part.partition("<")[2].rstrip(">").rpartition(":")[2]
        if name and name in seen:
            continue
        seen.add(name)
        unique.append(part)
    text = "/" + "/".join(unique)
    if draw(st.booleans()) and text != "/":
        text += "/"
    methods = draw(st.sampled_from([["GET"], ["POST"], ["GET", "POST"], ["PUT", "DELETE"]]))
    strict = draw(st.sampled_from([None, None, False]))
    return text, methods, strict, draw(st.sampled_from(["quart", "flask"]))


@st.composite
def paths(draw):
    words = draw(st.lists(st.sampled_from(WORDS), max_size=3))
    slash = draw(st.sampled_from(["", "", "/"]))
    between = draw(st.sampled_from(["/", "/", "/", "//"]))
    return "/" + between.join(words) + slash


def two_apps(table):
    apps = {
        "quart": quart.Quart("q", static_folder=None),
        "flask": flask.Flask("f", static_folder=None),
    }
    for number, (text, methods, strict, side) in enumerate(table):

        def view(_side=side, _number=number, **values):
            return f"{_side} {_number} {sorted(values.items())}"

        async def asynchronous(_view=view, **values):
            return _view(**values)

        apps[side].add_url_rule(
            text,
            endpoint=f"e{number}",
            view_func=asynchronous if side == "quart" else view,
            methods=methods,
            strict_slashes=strict,
        )
    return apps["quart"], apps["flask"]


def oracle(table, path, method):
    """What one Map with Quart's rules first answers."""
    ordered = sorted(enumerate(table), key=lambda each: each[1][3] != "quart")
    whole = Map(
        [
            Rule(
                text, methods=[*methods, "OPTIONS"], endpoint=(number, side), strict_slashes=strict
            )
            for number, (text, methods, strict, side) in ordered
        ]
    )
    adapter = whole.bind("localhost")
    try:
        (number, side), values = adapter.match(path, method)
    except RequestRedirect as redirect:
        return ("redirect", redirect.new_url)
    except MethodNotAllowed as error:
        return ("refused", set(error.valid_methods))
    except HTTPException as error:
        return ("error", error.code)
    if method == "OPTIONS":
        return ("options", set(adapter.allowed_methods(path)))
    return ("served", f"{side} {number} {sorted(values.items())}")


def allowed(got):
    # Werkzeug names no method of a rule without strict slashes that is asked without its slash.
    return {each.strip() for each in got.headers.get("Allow", "").split(",") if each.strip()}


def outcome(got, method):
    if got.status in (301, 302, 307, 308):
        return ("redirect", got.headers["Location"])
    if got.status == 405:
        return ("refused", allowed(got))
    if got.status != 200:
        return ("error", got.status)
    if method == "OPTIONS":
        return ("options", allowed(got))
    return ("served", got.body.decode())


@examples(deadline=None, max_examples=100)
@given(
    st.lists(rules(), min_size=1, max_size=7),
    st.lists(
        st.tuples(paths(), st.sampled_from(["GET", "POST", "PUT", "OPTIONS"])),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["flask", "quart"]),
)
def test_each_answer_is_that_of_one_map_with_the_rules_of_both_apps(table, requests, errors):
    app = SideBySide(*two_apps(table), errors=errors)

    async def all_of_them():
        # Twice, since the second time the decision is remembered.
        return [
            (path, method, outcome(await ask(app, path, method), method))
            for _ in range(2)
            for path, method in requests
        ]

    for path, method, found in asyncio.run(all_of_them()):
        assert found == oracle(table, path, method), (path, method)
