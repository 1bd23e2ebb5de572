"""What a function is: colour, arity and place, decided when it is registered."""

from __future__ import annotations

import functools
import inspect
import sys

import pytest

from afterware import HookRegistrationError
from afterware.colour import is_async, make_hook
from afterware.hook import PHASES


def plain(response):
    return response


async def coloured(response):
    return response


class Plain:
    def __call__(self, response):
        return response

    def method(self, response):
        return response

    @staticmethod
    def static(response):
        return response


class Coloured:
    async def __call__(self, response):
        return response

    async def method(self, response):
        return response

    @classmethod
    async def of_class(cls, response):
        return response


def with_more(extra, response):
    return response


async def coloured_with_more(extra, response):
    return response


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (plain, False),
        (coloured, True),
        (lambda response: response, False),
        (Plain(), False),
        (Coloured(), True),
        (Plain().method, False),
        (Plain.static, False),
        (Coloured().method, True),
        (Coloured.of_class, True),
        (functools.partial(with_more, 1), False),
        (functools.partial(coloured_with_more, 1), True),
        (functools.partial(functools.partial(coloured_with_more), 1), True),
        (functools.partial(Coloured()), True),
    ],
)
def test_the_colour_is_read_through_partials_methods_and_call(function, expected):
    assert is_async(function) is expected
    assert make_hook("after_request", function).is_async is expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="functions are marked from 3.12 on")
def test_a_function_marked_as_a_coroutine_function_is_one():
    def wrapper(response):
        return coloured(response)

    assert is_async(inspect.markcoroutinefunction(wrapper))


def test_a_hook_knows_where_it_was_written():
    hook = make_hook("after_request", plain)
    assert hook.name.endswith("plain")
    assert hook.place == f"{__file__}:{plain.__code__.co_firstlineno}"
    assert hook.describe() == f"after_request hook {hook.name!r} ({hook.place})"


def test_an_object_is_named_after_its_class():
    hook = make_hook("after_request", Coloured())
    assert hook.name.endswith("Coloured")
    assert hook.line == Coloured.__call__.__code__.co_firstlineno


def test_a_decorated_function_is_placed_where_it_was_written():
    @functools.wraps(plain)
    def wrapper(*args):
        return plain(*args)

    hook = make_hook("after_request", wrapper)
    assert hook.line == plain.__code__.co_firstlineno


def test_a_function_written_in_c_is_taken_at_its_word():
    hook = make_hook("teardown_request", print)
    assert (hook.file, hook.line, hook.place) == ("", 0, "no source")


WRONG_ARITY = {
    "before_request": lambda response: None,
    "after_request": lambda: None,
    "teardown_request": lambda: None,
    "teardown_appcontext": lambda: None,
    "after_response": lambda sent, more: None,
}


@pytest.mark.parametrize("phase", PHASES)
def test_a_wrong_number_of_parameters_is_refused_and_the_right_one_named(phase):
    with pytest.raises(HookRegistrationError) as caught:
        make_hook(phase, WRONG_ARITY[phase])
    message = str(caught.value)
    assert f"{phase} hook" in message
    assert f"{__file__}:" in message
    assert "is called with (" in message
    assert "Define it as `def " in message


@pytest.mark.parametrize(
    "function",
    [
        lambda response, *more: response,
        lambda *arguments: arguments[0],
        lambda response, flag=True: response,
        lambda response, **options: response,
    ],
)
def test_parameters_that_need_not_be_given_do_no_harm(function):
    assert make_hook("after_request", function).function is function


@pytest.mark.parametrize(
    "function", [lambda *, response: response, lambda response, *, flag: response, with_more]
)
def test_a_parameter_that_nobody_gives_is_refused(function):
    with pytest.raises(HookRegistrationError, match="is called with \\(response\\)"):
        make_hook("after_request", function)


def generator(response):
    yield response


async def async_generator(response):
    yield response


class GeneratorObject:
    def __call__(self, response):
        yield response


@pytest.mark.parametrize("function", [generator, async_generator, GeneratorObject()])
def test_a_generator_is_refused(function):
    with pytest.raises(HookRegistrationError, match="generator: it has `yield` in it"):
        make_hook("after_request", function)


def test_a_class_is_refused_and_its_instance_asked_for():
    with pytest.raises(HookRegistrationError, match="Register an instance"):
        make_hook("after_request", Plain)


def test_what_cannot_be_called_is_refused():
    with pytest.raises(HookRegistrationError, match="takes a function, not 'a string'"):
        make_hook("after_request", "a string")


@pytest.mark.parametrize(
    ("function", "options", "remedy"),
    [
        (coloured, {"blocking": True}, "suspends=True"),
        (plain, {"suspends": True}, "blocking=True"),
        (plain, {"on_error": "ignore"}, "'raise' or 'log'"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_with_the_one_that_does(function, options, remedy):
    with pytest.raises(HookRegistrationError, match=remedy):
        make_hook("after_request", function, **options)
