"""Every hook of an app, in the order in which it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from ..binding import Bound, bound, surrounds_on, watches_on
from ..colour import is_async, whereabouts
from ..hook import PHASES, Hook
from .advice import Advice, advise
from .hosted import HostedApp, HostPhase, QuartApp, Runs, async_to_sync, host_of

__all__ = ["Listing", "Row", "Slot", "collect"]

SURROUND = HostPhase("surround", "", "where the response leaves the app")
AFTER_RESPONSE = HostPhase("after_response", "", "when the last byte was sent")


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """Where a hook hangs, for whoever wants to take it out and put it back.

    :param functions: the host's own list; None for after_response, which hangs on a watch.
    :param index: which of *functions*, counted from 0 in the order of registration.
    :param written: what somebody wrote, without what the host or asgiref put around it.
    :param bound: what stands behind it, if it is one of Afterware's.
    :param position: which of the hooks behind it, counted from 0 in the order in which they run.
    :param watch: the watch that an after_response hook hangs on.
    """

    functions: list[Any] | None
    index: int
    written: Callable[..., Any]
    bound: Bound | None = None
    position: int = 0
    watch: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One hook.

    :param phase: when it runs, as its decorator is called.
    :param blueprint: whose requests it runs on; None for every request of the app.
    :param name: its dotted name.
    :param file: where it is defined; empty where there is no source.
    :param line: the line of its definition, from 1; 0 where there is no source.
    :param is_async: whether it was written as `async def`.
    :param runs: how it is run.
    :param afterware: whether it is bound through Afterware; native otherwise.
    :param options: what was said of it when it was bound, such as "blocking".
    :param advice: a warning and its remedy, where there is something to say.
    :param slot: where it hangs.
    """

    phase: str
    blueprint: str | None
    name: str
    file: str
    line: int
    is_async: bool
    runs: Runs
    afterware: bool
    options: tuple[str, ...]
    advice: Advice | None
    slot: Slot

    @property
    def hops(self) -> bool:
        """Whether each call leaves the thread or the loop of the request, though nobody asked."""
        return not self.afterware and self.runs in ("worker thread", "new loop")


@dataclass(frozen=True, slots=True)
class Listing:
    """The hooks of one app.

    :param host: the app's host.
    :param rows: the hooks, phase by phase, in the order in which they run.
    :param phases: the phases of that host, in the order in which they come.
    :param notes: what a reader should know of hooks that are not listed, a sentence each.
    """

    host: HostedApp
    rows: list[Row]
    phases: tuple[HostPhase, ...]
    notes: list[str] = field(default_factory=list)


def collect(app: Any) -> Listing:
    """List the hooks of *app*, a Flask or Quart app. Nothing of it is run.

    :raises TypeError: it is no such app.
    """
    host = host_of(app)
    rows: list[Row] = []
    own = 0
    phases = _phases(host)
    for phase in phases:
        if phase is AFTER_RESPONSE:
            rows += _after_response(host)
            continue
        if phase is SURROUND:
            rows += _surround(host)
            continue
        for blueprint, functions in _scopes(app, phase):
            for index, function in _in_order(functions, phase):
                behind = bound(function)
                if behind is None:
                    rows.append(_native(host, phase, blueprint, functions, index))
                else:
                    expanded = list(_through_afterware(host, behind, blueprint, functions, index))
                    rows += expanded
                    own += not expanded
    return Listing(host, rows, phases, _notes(host, own))


def _phases(host: HostedApp) -> tuple[HostPhase, ...]:
    """The host's, with ours among them.

    Flask hands its response out before it tears down the request, and Quart afterwards. Both have
    torn it down when the last byte is sent.
    """
    phases = list(host.phases)
    names = [phase.name for phase in phases]
    end = names.index("teardown_appcontext") + 1
    phases.insert(end, AFTER_RESPONSE)
    phases.insert(end if isinstance(host, QuartApp) else names.index("after_request") + 1, SURROUND)
    return tuple(phases)


def _scopes(app: Any, phase: HostPhase) -> Iterator[tuple[str | None, list[Any]]]:
    """Whose functions of *phase* there are, in the order in which a request comes to them."""
    kept = getattr(app, phase.attribute, None)
    if not phase.scoped:
        yield None, kept if kept is not None else []
        return
    kept = kept or {}
    names = list(app.blueprints)  # each after the one that it is nested in
    order = [*reversed(names), None] if phase.backwards else [None, *names]
    for name in order:
        if kept.get(name):
            yield name, kept[name]


def _in_order(functions: list[Any], phase: HostPhase) -> list[tuple[int, Any]]:
    numbered = list(enumerate(functions))
    return numbered[::-1] if phase.backwards else numbered


def _native(
    host: HostedApp, phase: HostPhase, blueprint: str | None, functions: list[Any], index: int
) -> Row:
    function = functions[index]
    written = _as_written(host, function)
    name, file, line = _place(written)
    asynchronous = is_async(written) or inspect.isasyncgen(written)
    runs = host.runs(function, phase)
    extension = _of_an_extension(host.app, name, file)
    return Row(
        phase.name,
        blueprint,
        name,
        file,
        line,
        asynchronous,
        runs,
        afterware=False,
        options=(),
        advice=advise(host.name, phase.name, runs, name, extension=extension),
        slot=Slot(functions, index, written),
    )


def _of_an_extension(app: Any, name: str, file: str) -> bool:
    """Whether a function is part of a package that was installed, and not of the app itself."""
    if name.partition(".")[0] == str(app.import_name).partition(".")[0]:
        return False
    return not {"site-packages", "dist-packages"}.isdisjoint(PurePath(file).parts)


def _as_written(host: HostedApp, function: Any) -> Any:
    """What somebody wrote, where it was wrapped by what changes its colour."""
    inside = async_to_sync(function)
    if inside is None and isinstance(host, QuartApp):
        inside = host.threaded(function)
    return function if inside is None else inside


def _place(function: Any) -> tuple[str, str, int]:
    if inspect.isasyncgen(function):  # Quart keeps the generators of while_serving as made
        code = function.ag_code
        return function.__qualname__, code.co_filename, code.co_firstlineno
    return whereabouts(function)


def _through_afterware(
    host: HostedApp, behind: Bound, blueprint: str | None, functions: list[Any] | None, index: int
) -> Iterator[Row]:
    for position, hook in enumerate(behind.hooks):
        runs = host.runs_bound(
            asynchronous=hook.is_async, blocking=hook.blocking, suspends=hook.suspends
        )
        yield Row(
            hook.phase,
            blueprint,
            hook.name,
            hook.file,
            hook.line,
            hook.is_async,
            runs,
            afterware=True,
            options=_options(hook),
            advice=None,
            slot=Slot(functions, index, hook.function, behind, position),
        )


def _options(hook: Hook) -> tuple[str, ...]:
    said = (("blocking", hook.blocking), ("suspends", hook.suspends), ("shield", hook.shield))
    options = [name for name, is_so in said if is_so]
    return (*options, *(["on_error=log"] if hook.on_error == "log" else []))


def _after_response(host: HostedApp) -> Iterator[Row]:
    for watched in watches_on(host.app):
        for name in _names(host.app, watched.binding.target):
            behind = Bound(watched.binding, PHASES[-1])
            for row in _through_afterware(host, behind, name, None, 0):
                yield replace(row, slot=replace(row.slot, watch=watched.watch))


def _surround(host: HostedApp) -> Iterator[Row]:
    for surround in surrounds_on(host.app):
        yield Row(
            SURROUND.name,
            None,
            *whereabouts(surround),
            is_async=False,
            runs="inline",
            afterware=True,
            options=(),
            advice=None,
            slot=Slot(None, 0, surround),
        )


def _names(app: Any, target: Any) -> list[str | None]:
    if target is app:
        return [None]
    return [name for name, blueprint in app.blueprints.items() if blueprint is target]


def _notes(host: HostedApp, own: int) -> list[str]:
    notes = []
    if own:
        functions = "function" if own == 1 else "functions"
        notes.append(f"Also run: {own} {functions} of Afterware's own, with no hook in this phase.")
    unknown = sorted(
        {
            str(name)
            for phase in host.phases
            if phase.scoped
            for name, functions in getattr(host.app, phase.attribute, {}).items()
            if name is not None and functions and name not in host.app.blueprints
        }
    )
    if unknown:
        notes.append(
            f"There are hooks for {', '.join(map(repr, unknown))}, which is the name of no"
            " registered blueprint: they never run, and are not listed."
        )
    overridden = host.overridden()
    if overridden:
        notes.append(
            f"The app overrides {', '.join(overridden)}: what it does there of its own is not"
            " seen, and the order may be another."
        )
    return notes
