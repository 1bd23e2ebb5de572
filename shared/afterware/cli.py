"""`afterware`: the commands of the command line, each loaded when it is called.

They need click, and each what its extra names: `pip install 'afterware[differences]'`.
"""

from __future__ import annotations

import sys
from importlib import import_module

__all__ = ["COMMANDS", "main"]

# Each command: where it is, and the extra that has what it needs.
COMMANDS = {
    "check": ("afterware.porting.command:check_command", "porting"),
    "differences": ("afterware.differences.command:differences", "differences"),
}


def main() -> None:
    """Run the command line."""
    try:
        import click
    except ModuleNotFoundError:
        sys.exit("afterware needs click: pip install 'afterware[differences]'")

    class Commands(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
            return sorted(COMMANDS)

        def get_command(
            self,
            ctx: click.Context,  # noqa: ARG002 - click's
            cmd_name: str,
        ) -> click.Command | None:
            if cmd_name not in COMMANDS:
                return None
            place, extra = COMMANDS[cmd_name]
            module, _, name = place.partition(":")
            try:
                command: click.Command = getattr(import_module(module), name)
            except ModuleNotFoundError as error:
                raise click.ClickException(
                    f"`afterware {cmd_name}` needs {error.name}: pip install 'afterware[{extra}]'"
                ) from error
            return command

    Commands("afterware", help="Hooks that run on Flask and on Quart.")(prog_name="afterware")


if __name__ == "__main__":
    main()
