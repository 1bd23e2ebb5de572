"""What the shared hooks do, on either twin, with either database."""

from __future__ import annotations

import logging
import re

import pytest
from in_process import serving
from serving import wait_for
from sqlalchemy import func, select

from twin import hooks as shared
from twin import statements
from twin.database import database, either


def held(twin):
    """How many connections are not in their pool."""
    return twin.app.extensions["database"].engine.pool.checkedout()


def add(twin, text="Buy milk", **options):
    return twin.ask("/notes", "POST", json={"text": text}, **options)


def test_a_note_is_stored_with_its_audit_row(twin, stored):
    """What a write did and the record of it are kept together."""
    answer = add(twin, headers={"X-Request-Id": "r-1"})
    assert answer.status == 201
    assert stored.notes == ["Buy milk"]
    assert stored.rows(statements.audited()) == [
        {"method": "POST", "path": "/notes", "status": 201, "request_id": "r-1"}
    ]


def test_what_was_refused_is_audited_and_not_stored(twin, stored):
    """An attempt that failed leaves its row and nothing else."""
    assert twin.ask("/notes", "POST", json={"text": ""}).status == 400
    assert twin.ask("/notes/7", "DELETE").status == 404
    assert stored.notes == []
    assert stored.audit == [("POST", "/notes", 400), ("DELETE", "/notes/7", 404)]


def test_reading_and_missing_routes_are_not_audited(twin, stored):
    """Only a request that writes, to a route that there is, leaves a row."""
    for method, path in [("GET", "/notes"), ("GET", "/boom"), ("POST", "/nope"), ("POST", "/")]:
        twin.ask(path, method)
    assert stored.audit == []


def test_an_unhandled_error_undoes_what_the_request_did(twin, stored):
    """/boom writes a note and raises: the answer is a problem document, the note is not there."""
    answer = twin.ask("/boom")
    assert (answer.status, answer.json["title"]) == (500, "Internal Server Error")
    assert stored.notes == []
    assert add(twin).status == 201  # and nothing is locked


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/notes"), ("GET", "/notes/7"), ("DELETE", "/notes/7"), ("GET", "/boom")],
)
def test_the_connection_goes_back_after_each_request(twin, method, path):
    """Whatever the answer was, an error included, no connection stays out of the pool."""
    for _ in range(20):  # more than the pool has
        twin.ask(path, method)
    assert held(twin) == 0


def test_a_request_that_needs_no_database_opens_no_connection(twin, monkeypatch):
    """The connection is opened when it is first used, not before."""
    engine = twin.app.extensions["database"].engine

    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(type(engine), "connect", refuse)
    assert twin.ask("/").status == 200
    assert twin.ask("/visits").status == 200


@pytest.mark.parametrize("exc", [None, RuntimeError("the request failed")], ids=["none", "error"])
def test_teardown_undoes_what_no_hook_has_settled(twin, stored, exc):
    """A connection that is released with work undone leaves nothing of it."""

    async def write_and_leave():
        await either(database().fetch_one(statements.add_note("left behind")))
        await shared.release(exc)
        await shared.release(None)  # twice does no harm

    twin.in_request(write_and_leave)
    assert held(twin) == 0
    assert stored.notes == []


def test_a_failing_audit_fails_the_request_and_keeps_nothing(twin, stored, monkeypatch):
    """A write that cannot be recorded is not done."""

    def refuse(**_):
        raise RuntimeError("no audit today")

    monkeypatch.setattr(shared, "add_audit", refuse)
    assert add(twin).status == 500
    monkeypatch.undo()
    assert stored.notes == []
    assert held(twin) == 0


def test_error_pages_are_problem_documents(twin):
    """type, title, status and detail (RFC 9457), varying by Accept."""
    answer = twin.ask("/teapot")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Accept" in answer.headers["Vary"]
    assert list(answer.json) == ["type", "title", "status", "detail"]
    assert (answer.json["status"], answer.json["title"]) == (418, "I'm a teapot")


def test_a_browser_gets_html(twin):
    """A client that prefers text/html keeps the host's page, which varies by Accept as well."""
    answer = twin.ask("/nope", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<title>404 Not Found</title>" in answer.body
    assert "Accept" in answer.headers["Vary"]


def test_405_says_what_is_allowed(twin):
    """The hook that changes the body of an error leaves its headers."""
    assert twin.ask("/notes", "PUT").headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_client_that_has_the_answer_gets_304(twin):
    """The ETag that a hook sets turns the status into 304 and leaves no body."""
    etag = twin.ask("/").headers["ETag"]
    answer = twin.ask("/", headers={"If-None-Match": etag})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_condition_that_fails_is_a_problem_document_too(twin):
    """412 is made by one hook and described by the next."""
    answer = twin.ask("/", headers={"If-Match": '"another"'})
    assert (answer.status, answer.json["title"]) == (412, "Precondition Failed")


def test_a_sane_request_id_is_echoed(twin):
    """And in place of one with anything else in it another is made."""
    assert twin.ask("/", headers={"X-Request-Id": "a.b-c_1"}).headers["X-Request-Id"] == "a.b-c_1"
    for bad in ("", "two words", "x" * 129, "é"):
        headers = twin.ask("/nope", headers={"X-Request-Id": bad}).headers
        assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-Id"])


def test_the_session_counts_what_its_owner_wrote(twin):
    """A hook changes the session after a view that did not touch it."""
    add(twin)
    add(twin)
    twin.ask("/notes", "POST", json={})
    assert twin.ask("/visits").json == {"visits": 1, "written": 2}


def test_the_answer_varies_by_cookie_only_where_the_session_was_looked_into(twin):
    """Also where it was only read, on every version of either host."""
    session = twin.module.session
    views = {
        "/get": lambda: session.get("visits") or "",
        "/has": lambda: str("visits" in session),
        "/item": lambda: str(list(session)),
        "/neither": lambda: "",
    }
    for path, view in views.items():
        twin.route(path)(view)
    assert {path: twin.ask(path).headers.get("Vary") for path in views} == {
        "/get": "Cookie",
        "/has": "Cookie",
        "/item": "Cookie",
        "/neither": None,
    }


def test_each_status_is_logged_when_the_answer_was_sent(twin, caplog):
    """Method, path, status, bytes; a path cannot forge a second line."""
    with caplog.at_level(logging.INFO, logger="twin"):
        twin.ask("/json/100")
        twin.ask("/nope%0Aforged")

    def logged():
        return [
            record.getMessage().partition(" bytes")[0]
            for record in caplog.records
            if record.name == "twin"
        ]

    wait_for(lambda: len(logged()) == 2)
    assert logged()[0] == "GET '/json/100' 200 100"
    assert logged()[1].startswith(r"GET '/nope\nforged' 404 ")


def test_notes_are_listed_a_page_at_a_time(twin):
    """The newest hundred, and with ?before= those before."""
    ids = [add(twin, f"note {number}").json["id"] for number in range(103)]
    ids.reverse()
    first = [note["id"] for note in twin.ask("/notes").json["notes"]]
    rest = [note["id"] for note in twin.ask(f"/notes?before={first[-1]}").json["notes"]]
    assert first == ids[:100]
    assert rest == ids[100:]


def test_the_id_of_a_deleted_note_is_not_given_again(twin):
    """On SQLite as on PostgreSQL."""
    first = add(twin).json["id"]
    assert twin.ask(f"/notes/{first}", "DELETE").status == 204
    assert add(twin).json["id"] > first


def test_a_database_that_goes_away_is_a_500_and_no_more(twin, stored):
    """The hooks that need it fail on the error page too; the client still gets an answer."""
    stored.drop()
    assert add(twin).status == 500
    assert twin.ask("/").status == 200
    assert held(twin) == 0


def test_both_drivers_take_the_options_of_libpq(host, postgres_url):
    """sslmode and its like mean the same in DATABASE_URL whichever driver reads it."""
    options = "sslmode=disable&connect_timeout=5&application_name=twin-test"
    with serving(host, f"{postgres_url}{'&' if '?' in postgres_url else '?'}{options}"):
        name = select(func.current_setting("application_name").label("name"))

        async def ask():
            row = await either(database().fetch_one(name))
            await shared.release(None)
            return row

        assert host.in_request(ask) == {"name": "twin-test"}


def test_the_same_routes_are_there_once_more_in_an_envelope(twin):
    """Under /enveloped, what a route answers is data, and what went wrong is error."""
    answer = twin.ask("/enveloped/")
    assert answer.json == {"data": {"message": "Hello, world!"}, "error": None}
    answer = twin.ask("/enveloped/notes/7")
    assert (answer.status, answer.json["data"]) == (404, None)
    assert answer.json["error"]["title"] == "Not Found"


def test_every_ready_made_hook_is_used():
    """The twins show all of them, in one Hooks."""
    import ast
    from pathlib import Path

    from afterware import hooks as ready_made

    tree = ast.parse(Path(shared.__file__).read_text(encoding="utf-8"))
    added = [
        node
        for node in tree.body
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith("hooks.add(")
    ]
    names = {call.func.id for node in added for call in node.value.args}
    assert names == {name for name in ready_made.__all__ if name[0].isupper()}
    assert sum(node.end_lineno - node.lineno + 1 for node in added) < 20
