"""Settings: what `[tool.afterware]` of a pyproject.toml says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Settings", "SettingsError", "read_settings"]

_LISTS = ("select", "ignore", "exclude")


class SettingsError(Exception):
    """A pyproject.toml says something that is not understood."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to report and what to leave out.

    :param select: codes, or beginnings of codes, that are reported; none means all.
    :param ignore: codes, or beginnings of codes, that are not.
    :param exclude: patterns of file names and paths that are not read.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def read_settings(start: Path) -> Settings:
    """The settings of the nearest pyproject.toml, at *start* or above.

    :raises SettingsError: it does not parse, or has keys or values that mean nothing.
    """
    try:
        here = start.resolve()
    except (OSError, RuntimeError):
        return Settings()
    for directory in (here, *here.parents):
        file = directory / "pyproject.toml"
        try:
            if not file.is_file():
                continue
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{file} does not parse: {error}") from None
        table = document.get("tool", {}).get("afterware")
        if table is not None:
            return _settings(table, file)
    return Settings()


def _settings(table: Any, file: Path) -> Settings:
    if not isinstance(table, dict):
        raise SettingsError(f"tool.afterware in {file} is not a table.")
    unknown = sorted(set(table) - set(_LISTS))
    if unknown:
        raise SettingsError(
            f"[tool.afterware] in {file} has {', '.join(unknown)}, which means nothing here."
            f" It may have {', '.join(_LISTS)}."
        )
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SettingsError(
                f'{name} of [tool.afterware] in {file} is not a list of strings: ["..."].'
            )
        lists[name] = tuple(value)
    return Settings(**lists)
