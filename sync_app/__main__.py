"""`python -m sync_app`."""

from twin.command import command

from .serve import serve

if __name__ == "__main__":
    command("sync_app", "Flask, gunicorn", 8000, serve)()
