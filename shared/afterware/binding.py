"""What binding a set of hooks to Flask and to Quart has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .colour import Hook, Phase
from .errors import HookTooLateError

if TYPE_CHECKING:
    from .registry import Hooks

__all__ = ["BOUND", "Binding", "Bound", "Ready", "Watched", "arounds_on", "bound", "watches_on"]

Ready = Callable[[], list[Hook]]
"""Gives the hooks to run, when they are first needed."""

# Where an app keeps the watches around it, among its extensions.
EXTENSION = "afterware"

# And where it keeps what stands around it instead of running as a hook.
AROUND = "afterware.around"

# Where a function that a binding gives its host says so.
BOUND = "_afterware_bound"


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
    """A watch around an app, which reports to the after_response hooks of a binding.

    :param watch: the middleware, whose `report` is called.
    """

    binding: Binding
    watch: Any


def watches_on(app: Any) -> list[Watched]:
    """The watches around *app*, in the order in which they report: the innermost first.

    :param app: an app of either host; blueprints count from when they are registered.
    """
    return list(app.extensions.get(EXTENSION, ()))


def arounds_on(app: Any) -> list[Callable[..., Any]]:
    """The `surround` methods of the objects that stand around *app*, the innermost first.

    :param app: an app of either host.
    """
    return list(app.extensions.get(AROUND, ()))


class Binding(ABC):
    """One set of hooks on one app or blueprint.

    The host is given at most one function a phase, and none for a phase without hooks. What that
    function does is put together at its first run, when all hooks are known.

    :param hooks: the hooks to run.
    :param target: the app or blueprint.
    """

    # For each phase that the host itself knows, what makes the function that it is given.
    makers: ClassVar[Mapping[Phase, Callable[[Ready], Callable[..., Any]]]]

    def __init__(self, hooks: Hooks, target: Any) -> None:
        self.hooks = hooks
        self.target = target
        self._attached: set[Phase] = set()

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

    def surrounded(self, surround: Callable[..., Any]) -> None:
        """Note that the object of *surround* stands around the app."""
        self.target.extensions.setdefault(AROUND, []).append(surround)

    def runs(self, hook: Hook) -> bool:
        """Whether *hook* runs here as a hook; else its object stands around the app."""
        return not (hook.outside and self.of_app)

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
        if phase in self.makers:
            getattr(self.target, phase)(self._bound(phase))
        else:
            self._watch()

    @abstractmethod
    def _watch(self) -> None:
        """Put a watch around the app that reports to the after_response hooks."""

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
        """Note that *watch* stands around *app*, and give it."""
        app.extensions.setdefault(EXTENSION, []).append(Watched(self, watch))
        return watch

    def ready(self, phase: Phase) -> list[Hook]:
        """The hooks of *phase* in the order in which they run; from now on no more are taken."""
        return [hook for hook in self.hooks.ready(phase) if self.runs(hook)]
