"""The command line of both twins."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import click

from .database import create_schema
from .listen import ListenError, listen, url_of
from .settings import DEVELOPMENT_KEY, Settings
from .urls import SettingsError

__all__ = ["Serve", "command"]

# Serves on a socket with so many workers, calls the function once it can be told to stop, and
# returns or exits when it was.
Serve = Callable[[socket.socket, int, Callable[[], None]], None]


def command(name: str, server: str, port: int, serve: Serve) -> click.Command:
    """`python -m <name> --host --port --workers`.

    :param name: the app's package.
    :param server: the host and its server, for the reader.
    :param port: the port to listen on by default.
    :param serve: starts the server.
    """

    @click.command(name, help=f"Serve the twin on {server}.")
    @click.option(
        "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
    )
    @click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=port,
        show_default=True,
        help="The port to listen on; 0 takes any free one.",
    )
    @click.option(
        "--workers",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="How many processes serve.",
    )
    def run(host: str, port: int, workers: int) -> None:
        _log_to_stderr()
        try:
            settings = Settings.from_environment()
            create_schema(settings.database_url)
            listener = listen(host, port)
        except (SettingsError, ListenError) as error:
            raise click.ClickException(str(error)) from None
        url = url_of(listener)
        if settings.secret_key == DEVELOPMENT_KEY and not _is_loopback(listener):
            click.echo(
                "Warning: SECRET_KEY is not set: anybody who can reach this can forge a session.",
                err=True,
            )
        # The line comes when signals are handled: whoever has read it may stop the server.
        serve(listener, workers, lambda: click.echo(f"{name} ({server}) listens on {url}"))

    return run


def _log_to_stderr() -> None:
    """Have every logger of this process write to standard error, one line a record."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    )


def _is_loopback(listener: socket.socket) -> bool:
    address: str = listener.getsockname()[0]
    return address.startswith("127.") or address == "::1"
