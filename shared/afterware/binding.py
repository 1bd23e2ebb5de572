"""What binding a set of hooks to Flask and to Quart has in common.

A binding belongs to its app: the app keeps it, among its extensions, and a blueprint among what it
does when it is registered. Nothing else keeps either, so that an app which is no longer used goes,
however long the hooks live.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from .errors import HookTooLateError
from .hook import Hook, Phase

__all__ = [
    "BOUND",
    "Binding",
    "Bound",
    "HooksInOrder",
    "OncePerApp",
    "Ready",
    "Surround",
    "Watched",
    "bound",
    "surrounds_on",
    "watches_on",
]

Ready = Callable[[], list[Hook]]
"""Gives the hooks to run, when they are first needed."""

Surround = Callable[[Any], Callable[[], bool]]
"""Surrounds the app that it is given, and returns what tells whether that served a request."""

# Among an app's extensions, what is kept of it here.
EXTENSION = "afterware"

# Where a function that a binding gives its host says so.
BOUND = "_afterware_bound"


class HooksInOrder(Protocol):
    """The hooks that a binding runs."""

    def __iter__(self) -> Iterator[Hook]:
        """Every hook, phase by phase, in the order in which it runs."""

    def ready(self, phase: Phase) -> list[Hook]:
        """The hooks of *phase*, in that order; from now on no more are taken."""


@dataclass(slots=True, eq=False)
class _Kept:
    """What an app keeps of what is bound to it.

    :param bindings: of the app and of its blueprints.
    :param watches: those on the app, the innermost first.
    :param surrounds: the `surround` methods of the objects around the app, the innermost first.
    :param prepared: what was done once for this app.
    :param torn_down_by: the sets of hooks whose teardown_appcontext hooks it runs.
    """

    bindings: list[Binding] = field(default_factory=list)
    watches: list[Watched] = field(default_factory=list)
    surrounds: list[Surround] = field(default_factory=list)
    prepared: list[OncePerApp] = field(default_factory=list)
    torn_down_by: list[HooksInOrder] = field(default_factory=list)


def _kept(app: Any) -> _Kept:
    kept: _Kept | None = app.extensions.get(EXTENSION)
    if kept is None:
        kept = app.extensions[EXTENSION] = _Kept()
    return kept


class OncePerApp:
    """Does something once for each app, however many of its blueprints ask for it.

    :param prepare: what to call with the app.
    """

    def __init__(self, prepare: Callable[[Any], object]) -> None:
        self._prepare = prepare

    def __call__(self, app: Any) -> None:
        prepared = _kept(app).prepared
        if self not in prepared:
            prepared.append(self)
            self._prepare(app)


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """What stands behind a function that a host was given.

    :param binding: who gave it.
    :param phase: whose hooks it runs; None for one that runs none, and only takes a note.
    """

    binding: Binding
    phase: Phase | None

    @property
    def hooks(self) -> list[Hook]:
        """The hooks that it runs, in the order in which it runs them."""
        hooks = (hook for hook in self.binding.hooks if hook.phase == self.phase)
        return [hook for hook in hooks if self.binding.runs(hook)]


def bound(function: Callable[..., Any]) -> Bound | None:
    """What stands behind *function*, if it is one that a binding gave its host; else None."""
    return getattr(function, BOUND, None)


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A watch on an app, which reports to the after_response hooks of a binding.

    :param watch: the middleware, whose `report` is called.
    """

    binding: Binding
    watch: Any


def watches_on(app: Any) -> list[Watched]:
    """The watches on *app*, in the order in which they report: the innermost first.

    :param app: an app of either host; blueprints count from when they are registered.
    """
    return list(_kept(app).watches)


def surrounds_on(app: Any) -> list[Surround]:
    """The `surround` methods of the objects that surround *app*, the innermost first.

    :param app: an app of either host.
    """
    return list(_kept(app).surrounds)


class Binding(ABC):
    """One set of hooks on one app or blueprint.

    The host is given at most one function a phase, and none for a phase without hooks. What that
    function does is put together at its first run, when all hooks are known.

    :param hooks: the hooks to run.
    :param target: the app or blueprint.
    """

    # For each phase that the host itself knows, what makes the function that it is given.
    makers: ClassVar[Mapping[Phase, Callable[[Ready], Callable[..., Any]]]]

    def __init__(self, hooks: HooksInOrder, target: Any) -> None:
        self.hooks = hooks
        self.target = target
        self._attached: set[Phase] = set()
        # Each tells whether the app that an object surrounds has served a request.
        self._served_inside: list[Callable[[], bool]] = []

    def belong(self) -> None:
        """Have the target keep this binding for as long as it lives itself.

        :raises HookTooLateError: the target is a blueprint, and has been registered.
        """
        self.on_app(self._kept_by)

    def _kept_by(self, app: Any) -> None:
        bindings = _kept(app).bindings
        if self not in bindings:
            bindings.append(self)

    def attach(self, phase: Phase) -> None:
        """Have the host call us in *phase*, if it does not yet.

        :raises HookTooLateError: the host takes no more functions.
        """
        if phase in self._attached:
            return
        try:
            self._attach(phase)
        except AssertionError as error:
            raise HookTooLateError(
                f"{self.target!r} takes no {phase} hooks any more: the app has served a request, or"
                " the blueprint has been registered on its app. Call init_app and register the"
                " hooks before that."
            ) from error
        self._attached.add(phase)

    @property
    def of_app(self) -> bool:
        """Whether the target is an app and not a blueprint."""
        return not hasattr(self.target, "record")

    def surround(self, surround: Surround) -> None:
        """Have an object surround the app; on a blueprint its hooks run instead."""
        if self.of_app:
            self._served_inside.append(surround(self.target))
            _kept(self.target).surrounds.append(surround)

    @property
    def has_served(self) -> bool:
        """Whether an object that surrounds the app has seen a request."""
        return any(served() for served in self._served_inside)

    def runs(self, hook: Hook) -> bool:
        """Whether *hook* runs here as a hook; else its object surrounds the app."""
        return not (hook.surrounds and self.of_app)

    def on_app(self, prepare: Callable[[Any], None]) -> None:
        """Call *prepare* with the app, which a blueprint learns of when it is registered.

        :raises HookTooLateError: the blueprint has been registered.
        """
        if self.of_app:
            prepare(self.target)
            return
        try:
            self.target.record(lambda state: prepare(state.app))
        except AssertionError as error:
            raise HookTooLateError(
                f"{self.target!r} has been registered on its app. Call init_app and add the hooks"
                " before that."
            ) from error

    def function(self, phase: Phase, ready: Ready) -> Callable[..., Any]:
        """What the host is to call in *phase*, and a watch in after_response.

        :param ready: gives the hooks to run, at the first call.
        """
        make = self.makers.get(phase)
        return self._report(ready) if make is None else make(ready)

    def _attach(self, phase: Phase) -> None:
        if phase == "teardown_appcontext":
            # A blueprint has no such functions: they are its app's, as app contexts are.
            self.on_app(self._tear_down_contexts_of)
        elif phase in self.makers:
            getattr(self.target, phase)(self._bound(phase))
        else:
            self._watch()

    def _tear_down_contexts_of(self, app: Any) -> None:
        # An app context ends once, however many of the app's blueprints these hooks are bound to.
        torn_down_by = _kept(app).torn_down_by
        if not any(hooks is self.hooks for hooks in torn_down_by):
            app.teardown_appcontext(self._bound("teardown_appcontext"))
            torn_down_by.append(self.hooks)

    @abstractmethod
    def _watch(self) -> None:
        """Put a watch on the app that reports to the after_response hooks."""

    @abstractmethod
    def _report(self, ready: Ready) -> Callable[..., Any]:
        """What a watch is to call."""

    @property
    def _served(self) -> str:
        """Where a request says that this blueprint served it."""
        return f"afterware.served.{id(self)}"

    def _bound(self, phase: Phase) -> Callable[..., Any]:
        """The function that runs all hooks of *phase*, marked as ours."""
        return self._marked(self.function(phase, lambda: self.ready(phase)), phase)

    def _marked(self, function: Callable[..., Any], phase: Phase | None) -> Callable[..., Any]:
        setattr(function, BOUND, Bound(self, phase))
        return function

    def _watched(self, app: Any, watch: Any) -> Any:
        """Note that *watch* is on *app*, and give it."""
        _kept(app).watches.append(Watched(self, watch))
        return watch

    def ready(self, phase: Phase) -> list[Hook]:
        """The hooks of *phase* in the order in which they run; from now on no more are taken."""
        return [hook for hook in self.hooks.ready(phase) if self.runs(hook)]
