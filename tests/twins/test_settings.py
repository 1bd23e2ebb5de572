"""The twins' settings and command line: what is taken, and what is refused with which words."""

from __future__ import annotations

import contextlib
import socket

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from twin.command import command
from twin.database import create_schema
from twin.payload import json_of, note_text
from twin.refusal import Refusal
from twin.settings import DEVELOPMENT_KEY, Settings
from twin.urls import SettingsError, parse_database_url, shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("sqlite:////var/lib/notes.sqlite3", "sqlite:////var/lib/notes.sqlite3"),
        ("sqlite+aiosqlite:////notes.sqlite3", "sqlite:////notes.sqlite3"),
        ("postgres://u:p@db/notes", "postgresql://u:p@db/notes"),
        ("postgresql+asyncpg://u:p@db:5433/notes", "postgresql://u:p@db:5433/notes"),
        (
            " postgresql+psycopg://db/notes?sslmode=require ",
            "postgresql://db/notes?sslmode=require",
        ),
    ],
)
def test_a_database_url_is_taken_with_or_without_a_driver(text, read):
    """Each twin takes the driver of its own colour."""
    assert parse_database_url(text).render_as_string(hide_password=False) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notes.sqlite3", "is not a database URL"),
        ("postgresql://db:port/notes", "is not a database URL"),
        ("mysql://db/notes", "asks for 'mysql'; the twins know SQLite and PostgreSQL"),
        ("postgresql+psycopg2://db/notes", "asks for the driver 'psycopg2'. Leave it out"),
        ("postgresql://u:secret@db", "names no database"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://notes.sqlite3", "has a host where SQLite has none"),
        ("sqlite:///notes.sqlite3?mode=memory", "has options after '?'"),
    ],
)
def test_a_bad_database_url_is_refused_with_the_reason(text, said):
    """What is wrong, what to write instead, and never a password."""
    with pytest.raises(SettingsError) as caught:
        parse_database_url(text)
    assert str(caught.value).startswith("DATABASE_URL ")
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text() | st.from_regex(r"(sqlite|postgres(ql)?)(\+\w+)?:.{0,40}", fullmatch=True))
def test_no_database_url_is_refused_in_any_other_way(text):
    """Whatever the text is, it is taken or refused with a SettingsError."""
    with contextlib.suppress(SettingsError):
        assert parse_database_url(text).drivername in ("sqlite", "postgresql")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["text", "id"]), inner),
)


@given(JSON | st.fixed_dictionaries({"text": st.text(st.characters(exclude_categories=()))}))
def test_what_is_taken_for_a_note_can_be_stored(document):
    """Any JSON is a note's text that UTF-8 and PostgreSQL can hold, or a 400 with the reason."""
    text = taken(document)
    if isinstance(text, Refusal):
        assert text.status == 400
        assert text.detail
    else:
        assert text == document["text"]
        assert 1 <= len(text) <= 1000
        assert text.strip()
        assert b"\0" not in text.encode()


def taken(document):
    try:
        return note_text(document)
    except Refusal as refusal:
        return refusal


@given(st.integers(-10, 2_000_000))
def test_a_json_body_has_the_size_asked_for_or_is_refused(size):
    """Within the bounds exactly so many bytes, beyond them 400."""
    if 12 <= size <= 1024 * 1024:
        assert len(json_of(size).encode()) == size
    else:
        with pytest.raises(Refusal, match=f"not {size}"):
            json_of(size)


def test_a_sqlite_path_is_made_absolute(tmp_path, monkeypatch):
    """So that a worker with another working directory opens the same file."""
    monkeypatch.chdir(tmp_path)
    assert parse_database_url("sqlite:///a.sqlite3").database == str(tmp_path / "a.sqlite3")


def test_the_password_is_not_shown():
    """What may be printed of a URL has stars for it."""
    assert (
        shown(parse_database_url("postgresql://u:secret@db/notes")) == "postgresql://u:***@db/notes"
    )


def test_settings_have_defaults_for_development(tmp_path, monkeypatch):
    """Nothing needs to be set to try the twins; an empty setting is none."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"SECRET_KEY": "", "DATABASE_URL": ""})
    assert settings.secret_key == DEVELOPMENT_KEY
    assert settings.database_url.database == str(tmp_path / "twin.sqlite3")
    assert Settings.from_environment({"SECRET_KEY": "k"}).secret_key == "k"


def test_a_server_that_is_not_there_is_said_to_be_not_there():
    """A PostgreSQL that cannot be reached: the URL without its password, and the reason."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        url = parse_database_url(f"postgresql://u:secret@127.0.0.1:{unused.getsockname()[1]}/n")
        with pytest.raises(SettingsError) as caught:
            create_schema(url)
    said = str(caught.value)
    assert said.startswith("The database at DATABASE_URL postgresql://u:***@127.0.0.1:")
    assert "refused" in said
    assert "secret" not in said


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Runs the command line with a server that only notes what it was given."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/a.sqlite3")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    served = []

    def serve(listener, workers, ready):
        with listener:
            served.append(workers)
            ready()

    def run(*options):
        return CliRunner().invoke(command("an_app", "A host", 8000, serve), options)

    run.served = served
    return run


def test_the_command_serves_on_the_port_that_it_prints(invoke):
    """With --port 0 the port is the one that was bound."""
    result = invoke("--port", "0", "--workers", "3")
    assert result.exit_code == 0
    head, port = result.output.rsplit(":", 1)
    assert head == "an_app (A host) listens on http://127.0.0.1"
    assert int(port) > 0
    assert invoke.served == [3]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--port", "65536"), "Invalid value for '--port': 65536 is not in the range 0<=x<=65535"),
        (("--port", "http"), "Invalid value for '--port': 'http' is not a valid integer"),
        (("--workers", "0"), "Invalid value for '--workers': 0 is not in the range 1<=x<=64"),
        (("--host", "no such host"), "'no such host' is no address and no known name"),
        (("--host", "192.0.2.1", "--port", "0"), "no interface of this machine has that address"),
        (("--speed", "9"), "No such option"),
        (("extra",), "unexpected extra argument"),
    ],
)
def test_a_bad_option_is_refused_by_name(invoke, options, said):
    """What was wrong, a non-zero exit, and nothing is served."""
    result = invoke(*options)
    assert result.exit_code != 0
    assert said in result.output
    assert isinstance(result.exception, SystemExit)
    assert invoke.served == []


def test_a_bad_database_url_ends_the_command(invoke, monkeypatch):
    """The reason on one line, and exit code 1."""
    monkeypatch.setenv("DATABASE_URL", "mysql://db/notes")
    result = invoke()
    assert result.exit_code == 1
    assert result.output.startswith("Error: DATABASE_URL asks for 'mysql'")
    assert result.output.count("\n") == 1


def test_the_development_key_is_warned_of_where_others_can_reach_it(invoke, monkeypatch):
    """On loopback it may stand; elsewhere a session could be forged."""
    assert "SECRET_KEY" not in invoke("--port", "0").output
    assert "Warning: SECRET_KEY is not set" in invoke("--host", "0.0.0.0", "--port", "0").output
    monkeypatch.setenv("SECRET_KEY", "k")
    assert "SECRET_KEY" not in invoke("--host", "0.0.0.0", "--port", "0").output
