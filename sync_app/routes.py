"""The routes of the Flask twin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn, cast

from flask import (
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
from twin.database import Row, SyncDatabase
from twin.payload import FILES, GREETING, json_of, lines, note_text
from twin.refusal import Refusal

__all__ = ["routes"]

routes = Blueprint("twin", __name__)


@routes.get("/")
def home() -> dict[str, str]:
    return GREETING


@routes.get("/json/<int(signed=True):size>")
def sized_json(size: int) -> Response:
    return Response(json_of(size), mimetype="application/json")


@routes.get("/notes")
def list_notes() -> dict[str, list[Row]]:
    before = request.args.get("before", type=int)
    return {"notes": database().fetch_all(statements.notes(before))}


@routes.post("/notes")
def add_note() -> tuple[Row, int, dict[str, str]]:
    if not request.is_json:
        raise Refusal(415, "Send the note with Content-Type: application/json.")
    text = note_text(request.get_json(silent=True))
    note = cast("Row", database().fetch_one(statements.add_note(text)))
    return note, 201, {"Location": url_for(".get_note", note_id=note["id"])}


@routes.get(f"/notes/<int(max={statements.MAX_ID}):note_id>")
def get_note(note_id: int) -> Row:
    note = database().fetch_one(statements.note(note_id))
    if note is None:
        raise Refusal(404, f"There is no note {note_id}.")
    return note


@routes.delete(f"/notes/<int(max={statements.MAX_ID}):note_id>")
def delete_note(note_id: int) -> tuple[str, int]:
    if database().fetch_one(statements.delete_note(note_id)) is None:
        raise Refusal(404, f"There is no note {note_id}.")
    return "", 204


@routes.get("/visits")
def visits() -> dict[str, int]:
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"], "written": session.get("written", 0)}


@routes.get("/stream")
def stream() -> Response:
    def generate() -> Iterator[str]:
        for line in lines():  # noqa: UP028  # the async one has no `yield from`
            yield line

    return Response(generate(), mimetype="application/x-ndjson")


@routes.get("/file")
def file() -> Response:
    return send_from_directory(FILES, "hello.txt")


@routes.get("/teapot")
def teapot() -> NoReturn:
    abort(418)


@routes.get("/boom")
def boom() -> NoReturn:
    database().fetch_one(statements.add_note("never kept: the request fails"))
    raise RuntimeError("boom")


@routes.app_errorhandler(Refusal)
def refused(refusal: Refusal) -> tuple[dict[str, str], int]:
    return {"detail": refusal.detail}, refusal.status


def database() -> SyncDatabase:
    return cast("SyncDatabase", current_app.extensions["database"])
