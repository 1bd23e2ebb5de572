"""The settings that the twins share, and the configuration that both hosts are given."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL

from .urls import parse_database_url

__all__ = ["DEVELOPMENT_KEY", "Settings"]

# Good enough to try the twins on one's own machine; whoever knows it can forge a session.
DEVELOPMENT_KEY = "development only: set SECRET_KEY"

_DEFAULT_DATABASE = "sqlite:///twin.sqlite3"


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from one deployment to the next.

    :param secret_key: signs the session; twins with the same key read each other's sessions.
    :param database_url: a SQLite file or a PostgreSQL database, with no driver named.
    """

    secret_key: str
    database_url: URL

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read SECRET_KEY and DATABASE_URL; one that is missing or empty gets its default.

        :raises SettingsError: DATABASE_URL is not one that the twins can use.
        """
        return cls(
            secret_key=environment.get("SECRET_KEY") or DEVELOPMENT_KEY,
            database_url=parse_database_url(environment.get("DATABASE_URL") or _DEFAULT_DATABASE),
        )

    def config(self) -> dict[str, Any]:
        """The configuration of both hosts, where their defaults are not the same."""
        return {
            "SECRET_KEY": self.secret_key,
            "SESSION_COOKIE_NAME": "twin_session",
            "SESSION_COOKIE_SAMESITE": "Lax",
            "MAX_CONTENT_LENGTH": 64 * 1024,  # bytes; Flask has no limit, Quart 16 MiB
            "SEND_FILE_MAX_AGE_DEFAULT": 3600,  # seconds; Flask sends no-cache, Quart 12 hours
        }
