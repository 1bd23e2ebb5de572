"""Nonces: none on a 304, and csp_nonce() in every template; a Jinja environment of the app's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import DictLoader

from afterware import Hooks, helpers
from afterware.drive import drive
from afterware.hooks import CORS, Compress, Conditional, SecurityHeaders

POLICY = {"default-src": "'self'", "script-src": ()}


def made(*, report_only: bool = False, nonce: bool = True) -> SecurityHeaders:
    return SecurityHeaders(
        None,
        frame_options="DENY",
        content_security_policy=POLICY,
        content_security_policy_nonce_in="script-src" if nonce else (),
        content_security_policy_report_only=report_only,
        content_security_policy_report_uri="/reports" if report_only else None,
        force_https=False,
    )


def policies(answer: Any) -> list[str]:
    return [v for n, v in answer.headers if n.lower().startswith("content-security-policy")]


@pytest.mark.parametrize("report_only", [False, True])
@pytest.mark.parametrize("bound_to", ["app", "blueprint"])
@pytest.mark.parametrize("nonce_of", ["hook", "view"])
@pytest.mark.parametrize("not_modified_by", ["before", "after", "view", "app's hook"])
def test_a_304_has_no_policy_with_a_nonce_whoever_makes_it(
    host: Any, report_only: bool, bound_to: str, nonce_of: str, not_modified_by: str
) -> None:
    security = made(report_only=report_only, nonce=nonce_of == "hook")
    blueprint = host.new_blueprint("pages")
    hooks = Hooks()
    if not_modified_by == "before":
        hooks.add(Conditional(), security)
    elif not_modified_by == "after":
        hooks.add(security, CORS(), Conditional(), Compress())
    else:
        hooks.add(security)
    hooks.init_app(host.app if bound_to == "app" else blueprint)
    if not_modified_by == "app's hook":

        def native(response: Any) -> Any:
            if host.module.request.headers.get("If-None-Match"):
                response.status_code = 304
            return response

        host.app.after_request(host.colour(native))

    def view() -> Any:
        page = host.app.response_class("page")
        page.set_etag("one")
        if not_modified_by == "view" and host.module.request.headers.get("If-None-Match"):
            page.status_code = 304
        return page

    if nonce_of == "view":
        view = security.override(content_security_policy_nonce_in="script-src")(view)
    host.route("/", blueprint, endpoint="page")(view)
    host.app.register_blueprint(blueprint)
    first = host.ask("/pages/")
    assert len(policies(first)) == 1
    assert "'nonce-" in policies(first)[0]
    again = host.ask("/pages/", headers={"If-None-Match": '"one"'})
    assert again.status == 304
    assert policies(again) == []
    assert again.headers["X-Frame-Options"] == "DENY"


def test_a_304_keeps_a_policy_without_a_nonce(host: Any, bind: Any) -> None:
    bind(host, made(nonce=False), Conditional())
    host.route("/")(lambda: "page")
    etag = host.ask().headers["ETag"]
    answer = host.ask(headers={"If-None-Match": etag})
    assert (answer.status, len(policies(answer))) == (304, 1)


def test_a_views_own_policy_with_a_nonce_is_not_on_a_304_either(host: Any, bind: Any) -> None:
    bind(host, Conditional())
    own = {"Content-Security-Policy": "script-src 'nonce-own'", "ETag": '"one"'}
    host.route("/")(lambda: ("page", 200, own))
    assert policies(host.ask()) == ["script-src 'nonce-own'"]
    assert policies(host.ask(headers={"If-None-Match": '"one"'})) == []


TEMPLATES = {
    "page": '{% from "macros" import script %}{% import "macros" as all %}'
    '{{ script() }} {{ all.script() }} {% include "part" %} {{ csp_nonce() }}',
    "macros": "{% macro script() %}{{ csp_nonce() }}{% endmacro %}",
    "part": "{{ csp_nonce() }}",
}


@pytest.mark.parametrize("bound_to", ["app", "blueprint"])
@pytest.mark.parametrize("early", [False, True])
def test_csp_nonce_is_known_in_pages_includes_and_macros_imported_without_context(
    host: Any, bound_to: str, early: bool
) -> None:
    host.app.jinja_loader = DictLoader(TEMPLATES)
    if early:
        assert host.app.jinja_env is not None
    security = made()
    blueprint = host.new_blueprint("pages")
    hooks = Hooks()
    hooks.add(security)
    hooks.init_app(host.app if bound_to == "app" else blueprint)

    async def page() -> str:
        return await helpers.render_template("page")

    view: Any = page if host.name == "quart" else (lambda: drive(page()))
    host.route("/", blueprint, endpoint="page")(view)
    host.app.register_blueprint(blueprint)
    for _ in range(2):
        answer = host.ask("/pages/")
        nonces = answer.body.decode().split()
        found = re.search(r"'nonce-(.*?)'", policies(answer)[0])
        assert found is not None
        assert nonces == [found[1]] * 4


def test_what_is_configured_of_templates_after_binding_is_heeded(host: Any, bind: Any) -> None:
    bind(host, made())
    assert "jinja_env" not in vars(host.app)
    host.app.config["TEMPLATES_AUTO_RELOAD"] = True
    host.app.jinja_options = {"trim_blocks": True, "variable_start_string": "[["}
    environment = host.app.jinja_env
    assert environment.auto_reload is True
    assert environment.trim_blocks is True
    assert environment.variable_start_string == "[["
    assert "csp_nonce" in environment.globals


def test_an_app_that_makes_its_environment_itself_goes_on_doing_so(host: Any) -> None:
    kind = type(host.app)

    class Own(kind):  # type: ignore[valid-type,misc]  # of the host
        def create_jinja_environment(self) -> Any:
            environment = super().create_jinja_environment()
            environment.globals["own"] = "own"
            return environment

    app = Own("own")
    hooks = Hooks()
    hooks.add(made())
    hooks.init_app(app)
    assert {"own", "csp_nonce"} <= set(app.jinja_env.globals)
