"""The checker's tables say what the installed hosts and the catalogue say."""

import inspect
import re
from typing import Any

import flask
import quart

from afterware.differences import CATALOGUE
from afterware.porting.flask import host
from afterware.porting.judging.rule import NEEDS
from afterware.porting.judging.rules import kinds

# Of the class in Werkzeug and Flask, made in __init__ and thus no attributes of the class.
MADE_IN_INIT = {"Response": {"response", "direct_passthrough"}, "Request": {"environ", "shallow"}}


def is_coroutine(cls: type, name: str) -> bool:
    found: Any = inspect.getattr_static(cls, name)
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    return inspect.iscoroutinefunction(found)


def differing(name: str) -> tuple[set[str], set[str]]:
    ours, theirs = getattr(flask, name), getattr(quart, {"Flask": "Quart"}.get(name, name))
    public = {each for each in dir(ours) if not each.startswith("_")}
    missing = {each for each in public if not hasattr(theirs, each)}
    coroutines = {
        each
        for each in public - missing
        if is_coroutine(theirs, each) and not is_coroutine(ours, each)
    }
    return missing | MADE_IN_INIT.get(name, set()), coroutines


def test_response_tables() -> None:
    missing, coroutines = differing("Response")
    assert missing == set(host.RESPONSE_MISSING)
    assert coroutines == set(host.RESPONSE_COROUTINES)


def test_request_tables() -> None:
    missing, coroutines = differing("Request")
    # request.stream is there, and gives a coroutine rather than a file: a WSGI thing all the same.
    assert missing | {"stream"} == set(host.REQUEST_MISSING)
    assert coroutines - {"stream", "close"} == set(host.REQUEST_COROUTINES)


def test_names_of_responses_and_requests_are_all_there() -> None:
    for cls, names in ((flask.Response, host.RESPONSE_NAMES), (flask.Request, host.REQUEST_NAMES)):
        assert {name for name in dir(cls) if not name.startswith("_")} <= names


def test_app_tables() -> None:
    missing, coroutines = differing("Flask")
    assert missing <= set(host.APP_MISSING) | {"request_context"}
    assert coroutines == set(host.APP_COROUTINES)


def test_helpers() -> None:
    found = {
        name
        for name, each in vars(flask).items()
        if inspect.isfunction(each) and inspect.iscoroutinefunction(vars(quart).get(name))
    }
    assert found == set(host.HELPERS)


def test_flask_names_are_those_of_the_package() -> None:
    public = {name for name in vars(flask) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(flask, name)) and name != "json"}
    assert public - modules - {"annotations", "t"} == set(host.FLASK_NAMES)


def test_every_kind_has_a_code_a_need_and_words() -> None:
    for name, kind in kinds().items():
        assert re.fullmatch(r"AW\d{3}", kind.code), name
        assert kind.needs, name
        assert set(kind.needs) <= set(NEEDS), name
        assert kind.message, name
        assert kind.remedy.endswith("."), name


def test_codes_and_needs_are_those_of_the_catalogue() -> None:
    records = {record.id: record for record in CATALOGUE}
    for name, kind in kinds().items():
        assert kind.code in records, name
        assert set(kind.needs) <= set(records[kind.code].needs), name
