"""Makes the Flask app: the shared settings, the shared hooks, the routes."""

from __future__ import annotations

from flask import Flask

from afterware import Hooks
from twin.database import SyncDatabase, create_schema
from twin.hooks import hooks
from twin.settings import Settings

from .routes import routes

__all__ = ["create_app"]


def create_app(settings: Settings | None = None, hooks: Hooks | None = hooks) -> Flask:
    """The Flask twin, with its tables in place.

    :param settings: by default, those of the environment.
    :param hooks: by default, those of both twins; None for an app that has none.
    :raises SettingsError: the database cannot be used.
    """
    settings = settings or Settings.from_environment()
    create_schema(settings.database_url)
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(settings.config())
    database = SyncDatabase(settings.database_url)
    app.extensions["database"] = database
    app.register_blueprint(routes)
    app.register_blueprint(routes, name="enveloped", url_prefix="/enveloped")
    if hooks is not None:
        hooks.init_app(app)
    return app
