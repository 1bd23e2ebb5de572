"""Which of Flask's own tests cannot pass on Quart, and by which record of the catalogue."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple


class Differs(NamedTuple):
    """A test, or several, that fail on Quart.

    :param test: its id, with `*` for any text.
    :param record: the record of docs/differences.md, or "" where it is nothing that a port meets.
    :param why: what the test wants that Quart has not.
    :param on: the versions of Quart that it is so on, "" for all.
    """

    test: str
    record: str
    why: str
    on: str = ""


_OWN_CONTEXT = "each request has an app context of its own, also inside another"
_SIGNALS = "sends the signals of app contexts in a way that plain receivers cannot take"

DIFFER = [
    Differs("test_appctx.py::test_context_refcounts", "AW406", "the view reads request.environ"),
    Differs("test_appctx.py::test_app_tearing_down_with_handled*app_handler", "", _OWN_CONTEXT, "0.23"),  # noqa: E501 - a row
    Differs("test_appctx.py::test_app_tearing_down_with_unhandled*", "", _OWN_CONTEXT, "0.23"),
    Differs("test_basic.py::test_session_accessed", "AW310", "looks at when Vary: Cookie is set"),
    Differs("test_basic.py::test_session_vary_cookie", "AW310", "looks at when Vary: Cookie is set"),  # noqa: E501 - a row
    Differs("test_basic.py::test_session_using_application_root", "", "wraps app.wsgi_app"),
    Differs("test_basic.py::test_request_processing", "AW109", "a hook says response.data += ..."),
    Differs("test_blueprints.py::test*_request_processing", "AW109", "a hook says response.data += ..."),  # noqa: E501 - a row
    Differs("test_basic.py::test_teardown_request_handler_error", "AW301", "teardown is to be told of the exception"),  # noqa: E501 - a row
    Differs("test_signals.py::test_appcontext_tearing_down_signal", "AW301", "teardown is to be told of the exception"),  # noqa: E501 - a row
    Differs("test_basic.py::test_enctype_debug_helper", "", "tests the debug helpers, which only Flask has"),  # noqa: E501 - a row
    Differs("test_basic.py::test_routing_redirect_debugging", "", "tests the debug helpers, which only Flask has"),  # noqa: E501 - a row
    Differs("test_json.py::test_bad_request_debug_message[[]True]", "", "tests the debug helpers, which only Flask has"),  # noqa: E501 - a row
    Differs("test_basic.py::test_response_type_errors", "", "looks at the words of Flask's errors"),
    Differs("test_templating.py::test_template_loader_debugging", "", "looks at the words that Flask logs"),  # noqa: E501 - a row
    Differs("test_basic.py::test_server_name_matching*default]", "", "Quart matches a host where Flask matches a subdomain"),  # noqa: E501 - a row
    Differs("test_basic.py::test_no_setup_after_first_request", "AW223", "registers after the first request"),  # noqa: E501 - a row
    Differs("test_blueprints.py::test_context_processing", "AW421", "a view that is made by a lambda renders"),  # noqa: E501 - a row
    Differs("test_helpers.py::TestStreaming::*", "AW309", "stream_with_context takes a function there"),  # noqa: E501 - a row
    Differs("test_testing.py::test_client_pop_all_preserved", "AW309", "stream_with_context takes a function there"),  # noqa: E501 - a row
    Differs("test_logging.py::test_wsgi_errors_stream", "AW408", "looks at wsgi.errors"),
    Differs("test_logging.py::test_log_view_exception", "AW408", "looks at wsgi.errors"),
    Differs("test_reqctx.py::TestGreenletContextCopying::*", "AW312", "copies the context for a greenlet"),  # noqa: E501 - a row
    Differs("test_reqctx.py::test_session_error_pops_context", "AW308", "open_session raises"),
    Differs("test_request.py::test_trusted_hosts_config", "", "tests TRUSTED_HOSTS, which Quart has not"),  # noqa: E501 - a row
    Differs("test_session_interface.py::test_open_session_with_endpoint", "", "open_session looks at request.endpoint before it is known"),  # noqa: E501 - a row
    Differs("test_views.py::test_view_decorators", "AW215", "a plain wrapper around an async view"),
    Differs("test_signals.py::test_appcontext_signals", "AW317", _SIGNALS, "0.23"),
    Differs("test_testing.py::test_client_json_no_app_context", "AW317", _SIGNALS, "0.23"),
    Differs("test_subclassing.py::test_suppressed_exception_logging", "", "overrides log_exception, which takes the context", "0.23"),  # noqa: E501 - a row
]  # fmt: skip


def expected(test: str, quart: str) -> Differs | None:
    """Why *test* fails on that version of Quart, or None where it passes."""
    for each in DIFFER:
        if fnmatchcase(test, each.test) and each.on in ("", quart):
            return each
    return None
