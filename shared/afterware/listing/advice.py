"""What to say of a hook that is dear or does not do what it seems to, and the cure."""

from __future__ import annotations

from dataclasses import dataclass

from ..hook import PHASES
from .hosted import Runs

__all__ = ["Advice", "advise"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong with how a hook runs.

    :param warning: what happens, as a clause of a few words.
    :param cure: what to do, in whole sentences.
    """

    warning: str
    cure: str


# A ready-made hook that does what a package's does, on both hosts and inline.
_READY_MADE = {
    "flask_cors": "CORS",
    "quart_cors": "CORS",
    "flask_compress": "Compress",
    "quart_compress": "Compress",
    "flask_talisman": "SecurityHeaders",
}

_ADOPT = (
    "`with hooks.adopt(app): Extension(app)`: what is registered on the app meanwhile is bound"
    " through these hooks, where it was registered among the native ones. A def of an extension is"
    " run as blocking unless blocking=False is said: inline it may hold the loop. What is"
    " registered past app.before_request and its like (class calls, dictionaries,"
    " after_app_request) is named in a warning, not moved."
)

# Afterware has no such phase, so there the colour is the only cure.
_ONCE = ("before_serving", "while_serving", "after_serving")


def advise(host: str, phase: str, runs: Runs, name: str, *, extension: bool) -> Advice | None:
    """What to say of a native hook; None where all is well.

    :param host: "flask" or "quart".
    :param phase: the hook's phase.
    :param runs: how the host runs it.
    :param name: its dotted name.
    :param extension: whether it is part of an installed package.
    """
    if runs == "worker thread" and phase not in _ONCE:
        each = "websocket" if phase.endswith("_websocket") else "request"
        return Advice(
            f"hops to a worker thread on each {each}",
            _cure_of_thread(phase, name, extension=extension),
        )
    if runs == "new loop":
        return Advice(
            "gets a new thread and event loop on each request",
            _cure_of_new_loop(phase, extension=extension),
        )
    if runs == "fails":
        cure = _lower(_cure_of_new_loop(phase, extension=extension))
        return Advice(
            "fails on each request: Flask needs asgiref for an async def, and has none",
            f"Install flask[async], or better: {cure}",
        )
    if runs == "misread":
        return Advice(
            f"is async, which {host.title()} does not see: nobody awaits it",
            _cure_of_misreading(host, phase),
        )
    return None


def _cure_of_thread(phase: str, name: str, *, extension: bool) -> str:
    if phase not in PHASES:
        return "Make it an async def, if it waits for nothing."
    ready_made = _READY_MADE.get(name.partition(".")[0])
    if ready_made:
        return (
            f"afterware.hooks.{ready_made} does the like inline. Or set the extension up in a"
            f" block, {_ADOPT}"
        )
    if extension:
        return f"An extension registers it. Set that up in a block, {_ADOPT}"
    return (
        f"Bind it through Afterware, with @hooks.{phase}: inline, on both hosts. If it waits on a"
        " network, a disk or a lock, say blocking=True: then it keeps its thread, and the"
        " ContextVars that it sets, which are lost now. Or make it an async def, for Quart alone."
    )


def _cure_of_new_loop(phase: str, *, extension: bool) -> str:
    if phase not in PHASES:
        return "Make it a def, if it awaits nothing that needs a loop."
    if extension:
        return f"An extension registers it. Set that up in a block, {_ADOPT}"
    return (
        f"Bind it through Afterware, with @hooks.{phase}: driven inline, without a loop. If it"
        " awaits a network or a disk, say suspends=True: then it runs on a loop that outlives the"
        " request. Or make it a def, if it awaits nothing."
    )


def _cure_of_misreading(host: str, phase: str) -> str:
    if phase in PHASES:
        return f"Bind it through Afterware, with @hooks.{phase}, which reads it right."
    if phase == "url_value_preprocessor" or host == "flask":
        return "Make it a def."
    return "Put an async def around it that awaits it."


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
