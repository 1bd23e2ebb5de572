"""What Flask's objects have and what of it Quart's lack or have as a coroutine.

The tables follow Flask 3.1 and Quart 0.22 and 0.23; a test holds them against the installed ones.
"""

from __future__ import annotations

import re

__all__ = [
    "APP_COROUTINES",
    "APP_MISSING",
    "APP_PARTS",
    "CLASSES",
    "CLASS_OF",
    "FLASK_NAMES",
    "HELPERS",
    "NAMES_OF",
    "NOT_FLASK",
    "PROXIES",
    "REGISTRARS",
    "REQUEST_COROUTINES",
    "REQUEST_MISSING",
    "REQUEST_NAMES",
    "RESPONSE_COROUTINES",
    "RESPONSE_MISSING",
    "RESPONSE_NAMES",
    "RETURNS_NONE",
    "RETURNS_RESPONSE",
    "like_an_app",
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

# What else their responses and requests have, alike on both: what is not among these is a
# subclass's own.
RESPONSE_NAMES = (
    frozenset(
        """accept_ranges access_control_allow_credentials access_control_allow_headers
        access_control_allow_methods access_control_allow_origin access_control_expose_headers
        access_control_max_age age allow automatically_set_content_length cache_control
        content_encoding content_language content_length content_location content_md5
        content_range content_security_policy content_security_policy_report_only content_type
        cross_origin_embedder_policy cross_origin_opener_policy date default_mimetype
        default_status delete_cookie expires get_etag headers implicit_sequence_conversion is_json
        json_module last_modified location max_cookie_size mimetype mimetype_params retry_after
        set_cookie set_data set_etag status status_code vary www_authenticate""".split()
    )
    | RESPONSE_COROUTINES
    | RESPONSE_MISSING
)
REQUEST_NAMES = (
    frozenset(
        """accept_charsets accept_encodings accept_languages accept_mimetypes
        access_control_request_headers access_control_request_method access_route args
        authorization base_url blueprint blueprints cache_control close content_encoding
        content_length content_md5 content_type cookies date dict_storage_class endpoint
        form_data_parser_class full_path headers host host_url if_match if_modified_since
        if_none_match if_range if_unmodified_since is_json is_secure json_module
        list_storage_class make_form_data_parser max_content_length max_form_memory_size
        max_form_parts max_forwards method mimetype mimetype_params on_json_loading_failed origin
        parameter_storage_class path pragma query_string range referrer remote_addr root_path
        root_url routing_exception scheme script_root server trusted_hosts url url_root url_rule
        user_agent user_agent_class view_args""".split()
    )
    | REQUEST_COROUTINES
    | REQUEST_MISSING
)
# By the kind of a host's object: the classes of the host, and what an app calls its own.
CLASSES = {
    "flask.Response": "response",
    "werkzeug.Response": "response",
    "flask.Request": "request",
    "werkzeug.wrappers.Request": "request",
    "werkzeug.Request": "request",
}
CLASS_OF = {"response": "response_class", "request": "request_class"}
NAMES_OF = {"response": RESPONSE_NAMES, "request": REQUEST_NAMES}

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

# How an app or a blueprint that comes from outside the tree gives itself away, by what it is
# called or by where it comes from; of anything else `after_request` may mean anything.
_LIKE_AN_APP = re.compile(
    r"(?:^|[._])(?:\w*app|apps?\w*|\w*application|flask\w*|\w*flask|\w*blueprints?|bps?|\w+bp|apis?"
    r"|\w*api|site|web|website|wsgi|servers?|eve|dash|connexion|extensions?|factory|main|core"
    r"|views?|routes?)(?:\(\)|\[\])*(?=$|[._])",
    re.IGNORECASE,
)


def like_an_app(text: str) -> bool:
    """Whether something outside the tree, by its path or its name, may be an app."""
    return _LIKE_AN_APP.search(text) is not None
