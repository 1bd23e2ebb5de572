"""`Vary: Cookie` where the session was only read, so that a shared cache keeps users apart."""

from __future__ import annotations

import flask
import pytest
import quart
from quart.sessions import SecureCookieSession, SecureCookieSessionInterface

from afterware import Hooks, quart_session, session


@pytest.fixture
def varying(host):
    hooks = Hooks()
    hooks.after_request(lambda response: response)
    hooks.init_app(host.app)
    return host


READS = {
    "get": lambda s: s.get("user"),
    "in": lambda s: "user" in s,
    "len": lambda s: len(s),
    "bool": lambda s: bool(s),
    "iteration": lambda s: list(s),
    "keys": lambda s: s.keys(),
    "values": lambda s: s.values(),
    "items": lambda s: s.items(),
    "comparison": lambda s: s == {},
    "union": lambda s: s | {},
    "copy": lambda s: s.copy(),
    "permanent": lambda s: s.permanent,
}


@pytest.mark.parametrize("read", READS)
def test_a_page_that_reads_the_session_varies_by_cookie(varying, read):
    @varying.route("/")
    def view():
        READS[read](varying.module.session)
        return "home"

    assert varying.ask().headers.get_all("Vary") == ["Cookie"]


def test_a_hook_that_reads_the_session_makes_the_page_vary(host):
    hooks = Hooks()

    @hooks.after_request
    def hook(response):
        session.get("user")
        return response

    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    assert host.ask().headers.get_all("Vary") == ["Cookie"]


def test_a_blueprint_brings_it_to_its_app(quart_host):
    hooks = Hooks()
    blueprint = quart_host.new_blueprint("shop")
    hooks.init_app(blueprint)
    quart_host.route("/")(lambda: str(quart.session.get("user")))
    quart_host.app.register_blueprint(blueprint)
    assert quart_host.ask().headers.get_all("Vary") == ["Cookie"]


def test_a_page_that_leaves_the_session_alone_does_not_vary(varying):
    """Quart 0.23 by itself varies it, and a shared cache keeps no page of the app."""
    varying.route("/")(lambda: "home")
    assert varying.ask().headers.get_all("Vary") == []


def test_a_session_is_kept_from_one_request_to_the_next(varying):
    @varying.route("/")
    def view():
        visits = varying.module.session.get("visits", 0) + 1
        varying.module.session["visits"] = visits
        return str(visits)

    assert [varying.ask().body for _ in range(3)] == [b"1", b"2", b"3"]


def test_an_interface_of_another_class_is_left_alone(quart_host):
    class Stored(SecureCookieSessionInterface):
        pass

    own = quart_host.app.session_interface = Stored()
    Hooks().init_app(quart_host.app)
    assert quart_host.app.session_interface is own
    assert own.session_class is SecureCookieSession


def test_other_apps_keep_the_interface_that_they_share(quart_host):
    shared = quart.Quart.session_interface
    Hooks().init_app(quart_host.app)
    assert quart.Quart.session_interface is shared
    assert shared.session_class is SecureCookieSession


def test_a_session_that_notes_access_by_itself_is_left_alone(quart_host, monkeypatch):
    """Flask's did before 3.1.3."""

    class Noting(SecureCookieSession):
        def get(self, *args):
            self.accessed = True
            return super().get(*args)

    interface = SecureCookieSessionInterface()
    interface.session_class = Noting
    quart_host.app.session_interface = interface
    monkeypatch.setattr(quart_session, "SecureCookieSession", Noting)
    Hooks().init_app(quart_host.app)
    assert quart_host.app.session_interface is interface


@pytest.mark.parametrize(("marks", "accessed"), [(True, False), (False, True)])
def test_what_is_assigned_is_taken_only_where_the_host_does_not_assign_it(
    monkeypatch, marks, accessed
):
    monkeypatch.setattr(quart_session, "_HOST_MARKS", marks)
    noted = quart_session.NotedSession()
    noted.accessed = True
    assert noted.accessed is accessed


def test_a_noted_session_is_the_hosts_in_every_other_way():
    noted = quart_session.NotedSession({"a": 1})
    assert isinstance(noted, flask.sessions.SecureCookieSession)
    assert not noted.accessed
    noted["b"] = 2
    assert noted.modified
    assert noted == {"a": 1, "b": 2}
    assert noted.accessed
