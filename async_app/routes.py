"""The routes of the Quart twin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NoReturn, cast

from quart import (
    Blueprint,
    Response,
    abort,
    current_app,
    request,
    send_from_directory,
    session,
    url_for,
)

from twin import statements
from twin.database import AsyncDatabase, Row
from twin.payload import FILES, GREETING, json_of, lines, note_text
from twin.refusal import Refusal

__all__ = ["routes"]

routes = Blueprint("twin", __name__)


@routes.get("/")
async def home() -> dict[str, str]:
    return GREETING


@routes.get("/json/<int(signed=True):size>")
async def sized_json(size: int) -> Response:
    return Response(json_of(size), mimetype="application/json")


@routes.get("/notes")
async def list_notes() -> dict[str, list[Row]]:
    before = request.args.get("before", type=int)
    return {"notes": await database().fetch_all(statements.notes(before))}


@routes.post("/notes")
async def add_note() -> tuple[Row, int, dict[str, str]]:
    if not request.is_json:
        raise Refusal(415, "Send the note with Content-Type: application/json.")
    text = note_text(await request.get_json(silent=True))
    note = cast("Row", await database().fetch_one(statements.add_note(text)))
    return note, 201, {"Location": url_for(".get_note", note_id=note["id"])}


@routes.get(f"/notes/<int(max={statements.MAX_ID}):note_id>")
async def get_note(note_id: int) -> Row:
    note = await database().fetch_one(statements.note(note_id))
    if note is None:
        raise Refusal(404, f"There is no note {note_id}.")
    return note


@routes.delete(f"/notes/<int(max={statements.MAX_ID}):note_id>")
async def delete_note(note_id: int) -> tuple[str, int]:
    if await database().fetch_one(statements.delete_note(note_id)) is None:
        raise Refusal(404, f"There is no note {note_id}.")
    return "", 204


@routes.get("/visits")
async def visits() -> dict[str, int]:
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"], "written": session.get("written", 0)}


@routes.get("/stream")
async def stream() -> Response:
    async def generate() -> AsyncIterator[str]:
        for line in lines():
            yield line

    return Response(generate(), mimetype="application/x-ndjson")


@routes.get("/file")
async def file() -> Response:
    return await send_from_directory(FILES, "hello.txt")


@routes.get("/teapot")
async def teapot() -> NoReturn:
    abort(418)


@routes.get("/boom")
async def boom() -> NoReturn:
    await database().fetch_one(statements.add_note("never kept: the request fails"))
    raise RuntimeError("boom")


@routes.app_errorhandler(Refusal)
async def refused(refusal: Refusal) -> tuple[dict[str, str], int]:
    return {"detail": refusal.detail}, refusal.status


def database() -> AsyncDatabase:
    return cast("AsyncDatabase", current_app.extensions["database"])
