"""A small blog on Flask and on Quart, and one set of tests for both."""

from __future__ import annotations

import pytest
from testing.suites import Suite

pytestmark = pytest.mark.slow  # each runs pytest in a process of its own

ON_QUART = """
import sqlite3
import click
from quart import (
    Quart, abort, current_app, flash, g, redirect, render_template_string, request, session,
    url_for,
)

PAGE = (
    "{% for each in get_flashed_messages() %}<p>{{ each }}</p>{% endfor %}"
    "{% for post in posts %}<h1>{{ post[1] }}</h1>{% endfor %}"
)

def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
    return g.db

async def close_db(error=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()

def init_db():
    get_db().executescript("CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT);")

@click.command("init-db")
def init_db_command():
    init_db()
    click.echo("Done.")

def create_app(config):
    app = Quart(__name__)
    app.config.update(SECRET_KEY="x", **config)
    app.teardown_appcontext(close_db)
    app.cli.add_command(init_db_command)

    @app.before_request
    async def load():
        g.user = session.get("user")

    @app.get("/")
    async def index():
        posts = get_db().execute("SELECT * FROM post").fetchall()
        return await render_template_string(PAGE, posts=posts)

    @app.post("/login")
    async def login():
        form = await request.form
        if form["name"] != "ann":
            await flash("Nobody of that name.")
            return redirect(url_for("index"))
        session["user"] = form["name"]
        return redirect(url_for("index"))

    @app.post("/new")
    async def new():
        if g.user is None:
            abort(403)
        form = await request.form
        db = get_db()
        db.execute("INSERT INTO post (title) VALUES (?)", (form["title"],))
        db.commit()
        return redirect(url_for("index"))
    return app
"""

ON_FLASK = ON_QUART
for ported, before in (
    ("quart", "flask"),
    ("Quart", "Flask"),
    ("async def", "def"),
    ("await ", ""),
):
    ON_FLASK = ON_FLASK.replace(ported, before)

TESTS = """
import pytest
from flask import g, session, url_for
from site_app import create_app, get_db, init_db

@pytest.fixture
def app(tmp_path):
    app = create_app({"TESTING": True, "DATABASE": str(tmp_path / "db.sqlite")})
    with app.app_context():
        init_db()
    yield app

@pytest.fixture
def client(app):
    return app.test_client()

def test_login(client):
    with client:
        r = client.post("/login", data={"name": "ann"})
        assert r.status_code == 302 and r.headers["Location"] == "/"
        assert session["user"] == "ann"
        client.get("/")
        assert g.user == "ann"

def test_wrong(client):
    r = client.post("/login", data={"name": "bob"}, follow_redirects=True)
    assert b"Nobody" in r.data
    assert len(r.history) == 1

def test_new(client, app):
    assert client.post("/new", data={"title": "T"}).status_code == 403
    client.post("/login", data={"name": "ann"})
    client.post("/new", data={"title": "T"})
    assert "<h1>T</h1>" in client.get("/").text
    with app.app_context():
        assert get_db().execute("SELECT count(*) FROM post").fetchone()[0] == 1

def test_cli(app, monkeypatch):
    called = []
    monkeypatch.setattr("site_app.init_db", lambda: called.append(1))
    assert "Done" in app.test_cli_runner().invoke(args=["init-db"]).output
    assert called

def test_urls(app):
    with app.test_request_context():
        assert url_for("index") == "/"
"""


@pytest.mark.parametrize("app", [ON_FLASK, ON_QUART], ids=["flask", "quart"])
def test_the_blogs_tests_pass_on_both_hosts(app, tmp_path):
    suite = Suite(tmp_path)
    suite.write("site_app.py", app)
    suite.write("conftest.py", "")
    suite.run(TESTS).passes(5)
