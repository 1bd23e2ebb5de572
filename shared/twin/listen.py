"""The socket that a twin's server listens on: bound here, so that both say the same about it."""

from __future__ import annotations

import errno
import os
import socket

__all__ = ["ListenError", "listen", "url_of"]

# How many connections may wait to be accepted.
_BACKLOG = 128

_REASONS = {
    errno.EADDRINUSE: "the port is taken. Choose another with --port, or --port 0 for a free one.",
    errno.EACCES: "ports below 1024 need privileges. Choose a higher one with --port.",
    errno.EADDRNOTAVAIL: "no interface of this machine has that address. Choose one with --host.",
}


class ListenError(Exception):
    """A server cannot listen where it was told to; the message says where, why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; they wait until a worker accepts them.

    :param host: an address of this machine, IPv4 or IPv6, or a name for one.
    :param port: 0 to 65535; 0 takes any free one.
    :raises ListenError: it cannot listen there.
    """
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ListenError(
            f"Cannot listen on {where}: {host!r} is no address and no known name."
        ) from None
    family, _, _, _, address = found[0]
    try:
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        code = error.errno or 0
        raise ListenError(
            f"Cannot listen on {where}: {_REASONS.get(code, os.strerror(code))}"
        ) from None


def url_of(listener: socket.socket) -> str:
    """Where a browser finds it, with the port that is really bound."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
