"""The commands `flask hooks` and `quart hooks`.

Each host's command line loads every plug-in at each start, so what a command needs is imported when
it is called. Both stand on click, which both hosts bring.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from . import ROUNDS

__all__ = ["flask_hooks", "quart_hooks"]

_HELP = """Show every hook of the app, in the order in which it runs, and how.

It tells which hooks leave the thread or the event loop of their request, and what to do.

With --time, GET requests are sent to the app in this process, with and without each hook in turn.
The hooks and the view really run, so what they do is done; what the app prints or logs meanwhile is
not shown.
"""


def _hooks_command(host: str) -> click.Command:
    def callback(**options: Any) -> None:
        from .command import run

        # The host's own way to find the app, which says what is wrong when there is none.
        script = import_module(f"{host}.cli").ScriptInfo
        run(click.get_current_context().ensure_object(script).load_app, **options)

    return click.Command(
        "hooks",
        callback=callback,
        help=_HELP,
        short_help="Show the hooks of the app, in the order in which they run.",
        params=[
            click.Option(["--time", "timed"], is_flag=True, help="Measure what each hook costs."),
            click.Option(["--path"], metavar="PATH", help="Where to measure.  [default: /]"),
            click.Option(
                ["-H", "--header", "headers"],
                multiple=True,
                metavar="NAME:VALUE",
                help="Send this header when measuring; may be repeated.",
            ),
            click.Option(
                ["-n", "rounds"],
                type=click.IntRange(min=6, max=100_000),
                metavar="ROUNDS",
                help=f"How many rounds of requests for each hook.  [default: {ROUNDS}]",
            ),
            click.Option(
                ["--format", "form"],
                type=click.Choice(["text", "json"]),
                default="text",
                show_default=True,
                help="How to print it.",
            ),
        ],
    )


flask_hooks = _hooks_command("flask")
quart_hooks = _hooks_command("quart")
