"""Both apps on one port: what the Quart app has a route for it serves, the Flask app the rest."""

from .app import SideBySide

__all__ = ["SideBySide"]
