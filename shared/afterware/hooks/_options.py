"""How the options of a ready-made hook are checked, when it is made."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from ..errors import HookConfigurationError

__all__ = [
    "ReadyMade",
    "integer",
    "listed",
    "one_of",
    "path_pattern",
    "refuse",
    "refuse_unknown",
    "strings",
]

T = TypeVar("T")


class ReadyMade:
    """A hook that ships with Afterware. An option that it does not have is refused by name."""

    OPTIONS: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        signature = inspect.signature(cls.__init__)
        parameters = list(signature.parameters.values())[1:]
        cls.OPTIONS = tuple(parameter.name for parameter in parameters)
        # Help and editors would show that of __new__ otherwise.
        cls.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]

    def __new__(cls, *_: Any, **options: Any) -> Any:
        refuse_unknown(cls.__name__, options, cls.OPTIONS)
        return super().__new__(cls)

    def refuse(self, option: str, value: object, remedy: str) -> NoReturn:
        """Say which option of this hook is wrong and what to do."""
        refuse(type(self).__name__, option, value, remedy)


def refuse(hook: str, option: str, value: object, remedy: str) -> NoReturn:
    """Raise a HookConfigurationError that names *hook*, *option* and the *remedy*."""
    raise HookConfigurationError(f"{hook} has {option}={value!r}. {remedy}")


def refuse_unknown(hook: str, options: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse the first of *options* that is not *known*, with the nearest that is.

    :raises HookConfigurationError: there is one.
    """
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            choices = ", ".join(known) if known else "none"
            raise HookConfigurationError(
                f"{hook} has no option {name!r}.{meant} Its options: {choices}."
            )


def one_of(hook: str, option: str, value: T, choices: Collection[T]) -> T:
    """*value*, if it is one of *choices*.

    :raises HookConfigurationError: it is not.
    """
    if value not in choices:
        refuse(hook, option, value, f"Choose {_choices(choices)}.")
    return value


def integer(
    hook: str, option: str, value: Any, *, least: int = 0, most: int | None = None, unit: str = ""
) -> int:
    """*value*, if it is an integer from *least* to *most*.

    :raises HookConfigurationError: it is not.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        upto = f" to {most}" if most is not None else " or more"
        refuse(hook, option, value, f"Give a whole number of {unit or 'units'}, {least}{upto}.")
    return int(value)


def strings(hook: str, option: str, value: Any) -> tuple[str, ...]:
    """*value* as a tuple: one string, or several.

    :raises HookConfigurationError: it is neither.
    """
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping) or not isinstance(value, Collection):
        refuse(hook, option, value, "Give a string, or a list of strings.")
    for each in value:
        if not isinstance(each, str):
            refuse(hook, option, value, f"{each!r} is not a string.")
    return tuple(value)


def listed(hook: str, option: str, given: Any) -> list[str | re.Pattern[str]]:
    """One string or pattern, or several, as a list.

    :raises HookConfigurationError: it is neither.
    """
    if isinstance(given, (str, re.Pattern)):
        return [given]
    try:
        several = list(given)
    except TypeError:
        refuse(hook, option, given, "Give a string, a compiled pattern, or a list of these.")
    for each in several:
        if not isinstance(each, (str, re.Pattern)) or (
            isinstance(each, re.Pattern) and not isinstance(each.pattern, str)
        ):
            refuse(hook, option, given, f"{each!r} is neither a string nor a pattern of strings.")
    return several


def path_pattern(hook: str, option: str, given: Any) -> re.Pattern[str]:
    """A path, where `*` stands for anything, or a compiled pattern for the whole path.

    :raises HookConfigurationError: it is neither.
    """
    if isinstance(given, re.Pattern):
        return given
    if not isinstance(given, str) or not given.startswith(("/", "*")):
        refuse(hook, option, given, "A path begins with '/', as in '/api/*'.")
    return re.compile(".*".join(map(re.escape, given.split("*"))), re.DOTALL)


def _choices(choices: Collection[Any]) -> str:
    named = [repr(choice) for choice in choices]
    return f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
