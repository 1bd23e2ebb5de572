"""What binding a set of hooks to Flask and to Quart has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .colour import Hook, Phase
from .errors import HookTooLateError

if TYPE_CHECKING:
    from .registry import Hooks

__all__ = ["Binding"]


class Binding(ABC):
    """One set of hooks on one app or blueprint.

    The host is given at most one function a phase, and none for a phase without hooks. What that
    function does is put together at its first run, when all hooks are known.

    :param hooks: the hooks to run.
    :param target: the app or blueprint.
    """

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

    @abstractmethod
    def _attach(self, phase: Phase) -> None: ...

    def ready(self, phase: Phase) -> list[Hook]:
        """The hooks of *phase* in the order in which they run; from now on no more are taken."""
        return [hook for hook in self.hooks.ready(phase) if self.runs(hook)]
