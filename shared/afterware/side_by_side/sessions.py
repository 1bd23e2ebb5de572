"""Whether both apps read one another's session cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..errors import SideBySideError

__all__ = ["check_sessions", "session_differences"]

# What is compared, and how an app's session interface tells it.
_COOKIE = {
    "SESSION_COOKIE_NAME": "get_cookie_name",
    "SESSION_COOKIE_PATH": "get_cookie_path",
    "SESSION_COOKIE_DOMAIN": "get_cookie_domain",
    "SESSION_COOKIE_SECURE": "get_cookie_secure",
    "SESSION_COOKIE_HTTPONLY": "get_cookie_httponly",
    "SESSION_COOKIE_SAMESITE": "get_cookie_samesite",
    "SESSION_COOKIE_PARTITIONED": "get_cookie_partitioned",
}
_CONFIG = ("PERMANENT_SESSION_LIFETIME", "SESSION_REFRESH_EACH_REQUEST")
_SECRET = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")


def check_sessions(quart_app: Any, flask_app: Any) -> None:
    """Refuse two apps that would lose one another's sessions.

    :raises SideBySideError: their settings of sessions differ; it lists how. Keys are not shown.
    """
    found = session_differences(quart_app, flask_app)
    if found:
        lines = "".join(f"\n  {line}" for line in found)
        raise SideBySideError(
            "The two apps would not read one another's session. Give both the same settings:"
            + lines
        )


def session_differences(quart_app: Any, flask_app: Any) -> list[str]:
    """How the sessions of two apps differ, a line each; none where one cookie serves both.

    Apps of which neither has a SECRET_KEY have no session, and nothing is compared. Of a session
    interface that signs no cookies (one that keeps sessions on a server) the cookie is compared
    and not what stands behind it, which no attribute tells.
    """
    quart_interface, flask_interface = quart_app.session_interface, flask_app.session_interface
    signed = [
        hasattr(interface, "get_signing_serializer")
        for interface in (quart_interface, flask_interface)
    ]
    if all(signed) and not quart_app.secret_key and not flask_app.secret_key:
        return []
    found = []
    for name, method in _COOKIE.items():
        values = [
            _ask(interface, method, app)
            for interface, app in ((quart_interface, quart_app), (flask_interface, flask_app))
        ]
        if values[0] != values[1]:
            found.append(f"{name}: Quart {values[0]!r}, Flask {values[1]!r}")
    for name in _CONFIG:
        values = [_plain(app.config.get(name)) for app in (quart_app, flask_app)]
        if values[0] != values[1]:
            found.append(f"{name}: Quart {values[0]!r}, Flask {values[1]!r}")
    if all(signed):
        found += _unsigned(quart_app, flask_app)
    elif any(signed):
        found.append(
            "session_interface: one app keeps its sessions in the cookie, the other does not:"
            f" Quart {type(quart_interface).__qualname__},"
            f" Flask {type(flask_interface).__qualname__}"
        )
    return found


def _ask(interface: Any, method: str, app: Any) -> Any:
    ask = getattr(interface, method, None)
    value = ask(app) if ask is not None else app.config.get(method)
    return value or None  # an empty domain is none


def _plain(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _unsigned(quart_app: Any, flask_app: Any) -> list[str]:
    """How signing differs: what is configured, and whether each reads what the other wrote."""
    found = []
    for name in _SECRET:
        keys = [_keys(app.config.get(name)) for app in (quart_app, flask_app)]
        if keys[0] != keys[1]:
            states = ["is set" if each else "is not set" for each in keys]
            told = (
                "the two are not the same"
                if states[0] == states[1]
                else f"Quart's {states[0]}, Flask's {states[1]}"
            )
            found.append(f"{name}: {told}")
    for name in ("salt", "key_derivation"):
        values = [getattr(app.session_interface, name, None) for app in (quart_app, flask_app)]
        if values[0] != values[1]:
            found.append(f"session_interface.{name}: the two are not the same")
    if not found and not (_reads(quart_app, flask_app) and _reads(flask_app, quart_app)):
        found.append(
            "session_interface: one cannot read what the other has written;"
            " serializer or digest_method differ"
        )
    return found


def _keys(value: Any) -> tuple[bytes, ...]:
    if not value:
        return ()
    each = value if isinstance(value, (list, tuple)) else [value]
    return tuple(key.encode() if isinstance(key, str) else key for key in each)


# One value of each kind that a session of both hosts can hold.
_SAMPLE = {
    "number": 1,
    "text": "é",
    "list": [1, "a"],
    "tuple": (1, 2),
    "bytes": b"\x00",
    "none": None,
}


def _reads(reader: Any, writer: Any) -> bool:
    written = writer.session_interface.get_signing_serializer(writer)
    reading = reader.session_interface.get_signing_serializer(reader)
    if written is None or reading is None:
        return written is reading
    try:
        return bool(reading.loads(written.dumps(_SAMPLE)) == _SAMPLE)
    except Exception:
        return False
