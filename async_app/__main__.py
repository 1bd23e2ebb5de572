"""`python -m async_app`."""

from twin.command import command

from .serve import serve

if __name__ == "__main__":
    command("async_app", "Quart, Hypercorn", 8001, serve)()
