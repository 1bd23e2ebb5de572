"""What Flask's objects have and what of it Quart's lack or have as a coroutine.

The tables follow Flask 3.1 and Quart 0.22 and 0.23; a test holds them against the installed ones.
"""

from __future__ import annotations

__all__ = [
    "APP_COROUTINES",
    "APP_MISSING",
    "APP_PARTS",
    "FLASK_NAMES",
    "HELPERS",
    "NOT_FLASK",
    "PROXIES",
    "REGISTRARS",
    "REQUEST_COROUTINES",
    "REQUEST_MISSING",
    "RESPONSE_COROUTINES",
    "RESPONSE_MISSING",
    "RETURNS_NONE",
    "RETURNS_RESPONSE",
]

# The registering methods and what they register on.
REGISTRARS = frozenset({"after_request", "after_app_request"})

PROXIES = {
    "request": "request",
    "session": "session",
    "g": "g",
    "current_app": "app",
}

FLASK_NAMES = frozenset(
    """Flask Blueprint Config Request Response abort after_this_request appcontext_popped
    appcontext_pushed appcontext_tearing_down before_render_template copy_current_request_context
    current_app flash g get_flashed_messages get_template_attribute got_request_exception
    has_app_context has_request_context json jsonify make_response message_flashed redirect
    render_template render_template_string request request_finished request_started
    request_tearing_down send_file send_from_directory session stream_template
    stream_template_string stream_with_context template_rendered url_for""".split()
)

# Functions of the host that are coroutine functions on Quart.
HELPERS = frozenset(
    """flash make_response send_file send_from_directory render_template render_template_string
    stream_template stream_template_string""".split()
)

RESPONSE_COROUTINES = frozenset(
    "add_etag data freeze get_data get_json json make_conditional make_sequence".split()
)
RESPONSE_MISSING = frozenset(
    """autocorrect_location_header calculate_content_length call_on_close close direct_passthrough
    force_type from_app get_app_iter get_wsgi_headers get_wsgi_response is_sequence is_streamed
    iter_encoded response stream""".split()
)
REQUEST_COROUTINES = frozenset("data files form get_data get_json json values".split())
REQUEST_MISSING = frozenset(
    """application environ from_values input_stream is_multiprocess is_multithread is_run_once
    remote_user shallow stream want_form_data_parsed""".split()
)
APP_COROUTINES = frozenset(
    """dispatch_request do_teardown_appcontext do_teardown_request finalize_request
    full_dispatch_request handle_exception handle_http_exception handle_user_exception
    make_default_options_response make_response open_instance_resource open_resource
    preprocess_request process_response send_static_file update_template_context""".split()
)
# What both apps have, and what is in memory.
APP_PARTS = frozenset(
    """add_template_filter add_template_global add_url_rule app_context before_request blueprints
    config context_processor debug endpoint errorhandler extensions import_name instance_path
    jinja_env json name permanent_session_lifetime register_blueprint register_error_handler
    root_path route secret_key session_interface static_folder static_url_path
    teardown_appcontext teardown_request template_folder test_client test_request_context testing
    url_map url_prefix view_functions""".split()
)
APP_MISSING = frozenset({"async_to_sync", "ensure_sync", "request_context", "wsgi_app"})

RETURNS_NONE = frozenset(
    """add_etag delete_cookie freeze make_sequence set_cookie set_data set_etag""".split()
)
RETURNS_RESPONSE = frozenset(
    """_get_current_object ensure_sync finalize_request full_dispatch_request
    get_wsgi_response handle_exception handle_http_exception handle_user_exception
    make_conditional make_default_options_response make_response process_response
    send_static_file force_type from_app""".split()
)

# Packages with hooks or methods of these names that are not Flask's.
NOT_FLASK = frozenset(
    """afterware aiohttp aiogram apistar baize blacksheep bottle channels cherrypy click django
    emmett esmerald falcon fastapi flama growler httpcore httpx hug japronto klein litestar
    lona masonite microdot molten morepath muffin ninja panther pecan pycnic pyramid quart
    quart_auth quart_cors quart_schema quart_trio requests requests_futures responder restish
    robyn routes sanic sanic_ext sanic_openapi scrapy socketify starlette starlite tg tornado
    treq turbogears twisted typer urllib3 uvicorn vibora web web2py webob weppy wheezy xweb
    zerver""".split()
)
