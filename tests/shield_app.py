"""A Quart app whose one hook notes that it has begun and, after a while, that it has ended."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import quart

from afterware import Hooks

# Long enough for a client to leave meanwhile, short of what Hypercorn gives to what still runs.
SECONDS = 0.3

app = quart.Quart("shield")
hooks = Hooks()


def note(word):
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{word}\n")


@getattr(hooks, os.environ["PHASE"])(shield=True)
async def audit(*arguments):
    note("begun")
    await asyncio.sleep(SECONDS)
    note("ended")
    return arguments[0] if os.environ["PHASE"] == "after_request" else None


@app.get("/")
async def home():
    return "home"


hooks.init_app(app)
