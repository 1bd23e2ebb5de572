"""What extensions register on an app themselves, bound through a set of hooks.

While a block is entered, the app's own `before_request` and its like give what they are given to
that block, which gives the host functions of its own, in the same places. What goes past them is
found afterwards in the app's public dictionaries, and named.
"""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from types import TracebackType
from typing import Any

from .binding import Binding, bound
from .colour import make_hook, whereabouts
from .errors import HookNotAdoptedWarning, HookRegistrationError, UnknownHostError
from .hook import Hook, OnError, Phase
from .hosts import bind, name_of

__all__ = ["Adoption", "Options"]

# Where the hosts keep the functions of each phase: for each name of a blueprint, None for the app's
# own; and of app contexts, for the app alone.
_KEPT: dict[Phase, str] = {
    "before_request": "before_request_funcs",
    "after_request": "after_request_funcs",
    "teardown_request": "teardown_request_funcs",
    "teardown_appcontext": "teardown_appcontext_funcs",
}

_MISSING: Any = object()


class _Run:
    """Hooks of one phase that were registered one after the other, with nothing between them.

    :param prepared: gives what is to run for them, when they first do.
    :param backwards: whether the host runs the last registered first.
    """

    def __init__(self, prepared: Callable[[list[Hook]], list[Hook]], *, backwards: bool) -> None:
        self._prepared = prepared
        self._backwards = backwards
        self.registered: list[Hook] = []

    def __iter__(self) -> Iterator[Hook]:
        return iter(self.registered[::-1] if self._backwards else self.registered)

    def ready(self, phase: Phase) -> list[Hook]:
        """The hooks, in the order in which they run; from now on no more are taken."""
        return self._prepared([hook for hook in self if hook.phase == phase])


@dataclass(frozen=True)
class Options:
    """What is said of the hooks that are adopted."""

    blocking: bool
    suspends: bool
    shield: bool
    on_error: OnError


@dataclass
class _Past:
    """A function that was registered past the block.

    :param phase: when it runs.
    :param function: what was registered.
    :param why: why it was not adopted.
    """

    phase: Phase
    function: Any
    why: str

    def __str__(self) -> str:
        name, file, line = whereabouts(self.function)
        place = f"{file}:{line}" if file else "no source"
        return f"{self.phase} {name} ({place}): {self.why}"


@dataclass
class Adoption:
    """A block in which what is registered on an app is bound through a set of hooks.

    :param target: an app or a blueprint.
    :param prepared: gives what is to run for some hooks, when they first do.
    :param options: what is said of those hooks.
    :raises UnknownHostError: the target is something else.
    """

    target: Any
    prepared: Callable[[list[Hook]], list[Hook]]
    options: Options
    _runs: dict[Phase, _Run] = field(default_factory=dict)
    _own: dict[Phase, Any] = field(default_factory=dict)
    _hosts: dict[Phase, Callable[..., Any]] = field(default_factory=dict)
    _before: list[tuple[Phase, Any]] = field(default_factory=list)
    _refused: list[_Past] = field(default_factory=list)
    _told: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._host = name_of(self.target)
        if self._host is None:
            kind = "the class " if inspect.isclass(self.target) else ""
            raise UnknownHostError(
                "adopt takes a Flask or Quart app, or a blueprint of either, not"
                f" {kind}{self.target!r}."
            )

    def __enter__(self) -> None:
        self._before = list(self._functions())
        for phase in _KEPT:
            if hasattr(self.target, phase):  # a blueprint has no teardown_appcontext
                self._own[phase] = vars(self.target).get(phase, _MISSING)
                self._hosts[phase] = getattr(self.target, phase)
                setattr(self.target, phase, _Taking(self, phase))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for phase, own in self._own.items():
            if own is _MISSING:
                delattr(self.target, phase)
            else:
                setattr(self.target, phase, own)
        past = self._past()
        for host in self._hosts.values():
            if isinstance(host, _Taking):  # of a block around this one, which need not tell again
                host.adoption.told(past)
        if past and error is None:
            warnings.warn(_warning(past), HookNotAdoptedWarning, stacklevel=2)

    def take(self, phase: Phase, function: Any) -> Any:
        """Register *function* as `app.before_request` and its like do, and bind it here."""
        if bound(function) is not None:
            return self._hosts[phase](function)
        try:
            hook = self._hook(phase, function)
        except HookRegistrationError as error:
            self._refused.append(_Past(phase, function, str(error)))
            return self._hosts[phase](function)
        run = self._run(phase)
        run.registered.append(hook)
        return function

    def told(self, past: list[_Past]) -> None:
        """Note what a block within this one has warned of."""
        self._told.update(id(each.function) for each in past)

    def _hook(self, phase: Phase, function: Any) -> Hook:
        said = self.options
        hook = make_hook(phase, function, shield=said.shield, on_error=said.on_error)
        return replace(
            hook,
            blocking=said.blocking and not hook.is_async,
            # Quart awaits it natively, too.
            suspends=said.suspends and hook.is_async and self._host == "flask",
        )

    def _run(self, phase: Phase) -> _Run:
        """The hooks that are registered last, if nothing came between; else new ones."""
        functions = [function for each, function in self._functions(mine=True) if each == phase]
        last = bound(functions[-1]) if functions else None
        run = self._runs.get(phase)
        if run is not None and last is not None and last.binding.hooks is run:
            return run
        run = self._runs[phase] = _Run(self.prepared, backwards=self._backwards(phase))
        binding: Binding = bind(run, self.target)
        binding.attach(phase)
        binding.belong()
        return run

    def _backwards(self, phase: Phase) -> bool:
        if phase == "teardown_appcontext":
            return self._host == "flask"
        return phase != "before_request"

    def _functions(self, *, mine: bool = False) -> Iterator[tuple[Phase, Any]]:
        """What the target keeps, phase by phase.

        :param mine: leave out what is kept for the blueprints of an app.
        """
        for phase, attribute in _KEPT.items():
            kept = getattr(self.target, attribute, None) or {}
            if isinstance(kept, dict):
                kept = kept.get(None, []) if mine else chain.from_iterable(kept.values())
            for function in kept:
                yield phase, function

    def _past(self) -> list[_Past]:
        past = list(self._refused)
        known = {id(each.function) for each in past} | self._told
        before = Counter((phase, id(function)) for phase, function in self._before)
        for phase, function in self._functions():
            if before[phase, id(function)] > 0:
                before[phase, id(function)] -= 1
            elif bound(function) is None and id(function) not in known:
                past.append(_Past(phase, function, f"registered past {self._named()}.{phase}"))
        return past

    def _named(self) -> str:
        return "blueprint" if hasattr(self.target, "record") else "app"


@dataclass(frozen=True)
class _Taking:
    """Stands in for one of the methods by which functions are registered.

    :param adoption: the block that takes them.
    :param phase: which method it is.
    """

    adoption: Adoption
    phase: Phase

    def __call__(self, f: Any) -> Any:  # named as the hosts name it
        return self.adoption.take(self.phase, f)


def _warning(past: list[_Past]) -> str:
    which = "".join(f"\n- {each}" for each in past)
    return (
        "Not adopted, and run by the host as before, where it was registered:"
        f"{which}\nOnly what is registered with app.before_request and its like is bound through"
        " these hooks. What an extension puts into the app's dictionaries, registers by a call on"
        " the class or with after_app_request on a blueprint is left where it is."
    )
