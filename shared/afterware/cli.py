"""The command `afterware`: a group whose commands are loaded when they are asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

__all__ = ["main"]

# Each command: the module and the name in it, the extra that it needs, and what it is for.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "check": ("afterware.porting.command", "check_command", "porting"),
}


def main() -> None:
    """Run the command line; where click is not installed, say how to install it."""
    try:
        group = _group()
    except ImportError as error:
        sys.exit(_missing(error, "porting"))
    group()


def _group() -> Any:
    import click

    class Lazy(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return sorted({*super().list_commands(ctx), *COMMANDS})

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            found = COMMANDS.get(cmd_name)
            if found is None:
                return super().get_command(ctx, cmd_name)
            module, name, extra = found
            try:
                return getattr(import_module(module), name)  # type: ignore[no-any-return]
            except ImportError as error:
                if (error.name or "").startswith("afterware"):
                    raise
                raise click.ClickException(_missing(error, extra)) from None

    return Lazy(
        "afterware",
        help="Write an after_request hook once; run it on Flask and on Quart at native cost.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _missing(error: ImportError, extra: str) -> str:
    return (
        f"{error.name or 'a library'} is not installed, and this command needs it."
        f" Install it with: pip install 'afterware[{extra}]'"
    )


if __name__ == "__main__":
    main()
