"""What each kind of finding is called, needs, does on Quart, and how it is mended.

The codes are ids of the catalogue of differences; this table is the one place that knows both.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "NEEDS", "Kind", "kind_of"]

# The words for what a hook needs, in the order in which a report lists them.
NEEDS = (
    "await-response",
    "await-request",
    "await-helper",
    "missing-api",
    "blocking",
    "thread-bound",
    "lifecycle",
    "broken",
    "undecided",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding.

    :param code: its id in the catalogue.
    :param needs: what a hook with it needs.
    :param bites: "silently", "on some paths", "under load" or "loudly".
    :param message: what happens on Quart; `{}` stands for what the line does.
    :param remedy: what to do about it.
    :param fixable: whether `--fix` knows how, where the line allows it.
    """

    code: str
    needs: tuple[str, ...]
    bites: str
    message: str
    remedy: str
    fixable: bool = False


def _read(code: str, what: str, remedy: str, bites: str = "loudly") -> Kind:
    return Kind(
        code,
        ("await-response",),
        bites,
        f"{what} is a coroutine on Quart, and what is done with it here is done to the coroutine",
        remedy,
        fixable=True,
    )


def _gone(code: str, what: str, remedy: str, *more: str) -> Kind:
    return Kind(
        code,
        ("missing-api", *more),
        "loudly",
        f"{what} is not there on Quart: AttributeError, hence a 500",
        remedy,
    )


def _request(code: str, what: str) -> Kind:
    return Kind(
        code,
        ("await-request",),
        "loudly",
        f"{what} is a coroutine on Quart",
        "Make the hook `async def` and await it, or read it in the view and leave it on g.",
        fixable=True,
    )


def _helper(code: str, what: str, bites: str = "loudly") -> Kind:
    return Kind(
        code,
        ("await-helper",),
        bites,
        f"{what}() is a coroutine function on Quart, and nothing runs until it is awaited",
        f"Make the hook `async def` and await {what}(), or build the response by its class.",
        fixable=True,
    )


_READ_BODY = "Make the hook `async def` and write `await body.read(response)`."
_WSGI = "Remove it: the response is not served through WSGI on Quart."
_UNSEEN = "Look into what is called, or call it from a hook that gives it plain data."

KINDS: dict[str, Kind] = {
    "response.get_data": _read("AW101", "response.get_data()", _READ_BODY),
    "response.data": _read("AW102", "response.data", _READ_BODY),
    "response.get_json": _read(
        "AW103",
        "response.get_json()",
        "Make the hook `async def` and write `await body.read_json(response)`.",
    ),
    "response.json": _read(
        "AW103",
        "response.json",
        "Make the hook `async def` and write `await body.read_json(response)`.",
    ),
    "response.add_etag": _read(
        "AW105",
        "response.add_etag()",
        "Make the hook `async def` and write `await body.add_etag(response)`.",
        "silently",
    ),
    "response.make_conditional": _read(
        "AW106",
        "response.make_conditional()",
        "Make the hook `async def` and write `await body.make_conditional(response)`.",
        "silently",
    ),
    "response.freeze": _read(
        "AW107", "response.freeze()", "Make the hook `async def` and await it.", "silently"
    ),
    "response.make_sequence": _read(
        "AW121", "response.make_sequence()", "Make the hook `async def` and await it.", "silently"
    ),
    "response.data+=": Kind(
        "AW109",
        ("await-response",),
        "loudly",
        "`response.data += ...` reads the body before it writes: a coroutine and bytes do not add",
        "Read with `await body.read(response)`, then `body.replace(response, ...)`.",
        fixable=True,
    ),
    "response.response": _gone(
        "AW119",
        "a list or an iterator in response.response",
        "Use `body.read`, `body.replace` or `body.transform`.",
    ),
    "response.is_streamed": _gone(
        "AW111", "response.is_streamed", "Use `body.is_streaming(response)`."
    ),
    "response.is_sequence": _gone(
        "AW112", "response.is_sequence", "Use `not body.is_streaming(response)`."
    ),
    "response.direct_passthrough": _gone(
        "AW113", "response.direct_passthrough", "Use `body.is_streaming(response)`."
    ),
    "response.stream": _gone("AW114", "response.stream", "Use `body.replace` or `body.transform`."),
    "response.iter_encoded": _gone(
        "AW115", "response.iter_encoded()", "Use `body.transform` or `await body.read(response)`."
    ),
    "response.calculate_content_length": _gone(
        "AW116",
        "response.calculate_content_length()",
        "Read `response.content_length`, or `len(await body.read(response))`.",
    ),
    "response.close": _gone("AW117", "response.close()", "Remove it: the host closes responses."),
    "response.force_type": _gone("AW118", "response.force_type()", "Make a new response."),
    "response.from_app": _gone("AW118", "response.from_app()", "Make a new response."),
    "response.get_app_iter": _gone("AW122", "response.get_app_iter()", _WSGI),
    "response.get_wsgi_headers": _gone("AW122", "response.get_wsgi_headers()", _WSGI),
    "response.get_wsgi_response": _gone("AW122", "response.get_wsgi_response()", _WSGI),
    "response.autocorrect_location_header": _gone(
        "AW122", "response.autocorrect_location_header", _WSGI
    ),
    "response.init_passthrough": _gone(
        "AW123", "direct_passthrough= of the response class", "Leave the argument out."
    ),
    "call_on_close": _gone(
        "AW110",
        "response.call_on_close()",
        "Do it in `@hooks.after_response`, which runs when the last byte was sent.",
        "lifecycle",
    ),
    "request.get_json": _request("AW401", "request.get_json()"),
    "request.json": _request("AW401", "request.json"),
    "request.data": _request("AW402", "request.data"),
    "request.get_data": _request("AW402", "request.get_data()"),
    "request.form": _request("AW403", "request.form"),
    "request.files": _request("AW404", "request.files"),
    "request.values": _request("AW405", "request.values"),
    "request.environ": _gone(
        "AW406", "request.environ", "Use request.headers, request.remote_addr and the like."
    ),
    "request.stream": _gone("AW407", "request.stream", "Use `await request.get_data()`."),
    "request.other": _gone("AW408", "request.{}", "Use request.headers or request.scope."),
    "app.missing": _gone("AW427", "app.{}", "Write the hook `async def` and await what it calls."),
    "process_response": Kind(
        "AW219",
        ("missing-api",),
        "loudly",
        "Quart calls process_response with other arguments and awaits it: a 500",
        "Register it with `@hooks.after_request` in place of overriding process_response.",
    ),
    "helper.make_response": _helper("AW420", "make_response"),
    "helper.render_template": _helper("AW421", "render_template"),
    "helper.render_template_string": _helper("AW422", "render_template_string"),
    "helper.stream_template": _helper("AW423", "stream_template"),
    "helper.stream_template_string": _helper("AW423", "stream_template_string"),
    "helper.flash": _helper("AW424", "flash", "silently"),
    "helper.send_file": _helper("AW425", "send_file"),
    "helper.send_from_directory": _helper("AW426", "send_from_directory"),
    "helper.send_static_file": _helper("AW425", "send_static_file"),
    "helper.open_resource": _helper("AW428", "open_resource"),
    "helper.open_instance_resource": _helper("AW428", "open_instance_resource"),
    "helper.other": _helper("AW429", "{}"),
    "blocking": Kind(
        "AW203",
        ("blocking",),
        "under load",
        "waits for {}: inline it holds the event loop, and with it every other request",
        "Register it with `@hooks.after_request(blocking=True)`, or use an async library.",
        fixable=True,
    ),
    "lock": Kind(
        "AW203",
        ("blocking",),
        "under load",
        "waits for a lock: inline it holds the event loop until another thread lets go",
        "Keep the state in the loop's thread, or register with blocking=True.",
        fixable=True,
    ),
    "thread-local": Kind(
        "AW207",
        ("thread-bound",),
        "under load",
        "reads what another function left on its thread ({}): here it is another request's",
        "Keep it on g, which follows the request.",
    ),
    "scoped-session": Kind(
        "AW207",
        ("thread-bound",),
        "under load",
        "a scoped_session is one for each thread, and this thread's is another request's",
        "Keep the session on g, or give scoped_session a scopefunc of the request.",
    ),
    "thread-id": Kind(
        "AW207",
        ("thread-bound",),
        "under load",
        "finds state by the thread's identity, and this is not the thread that left it",
        "Keep it on g, which follows the request.",
    ),
    "thread-time": Kind(
        "AW207",
        ("thread-bound",),
        "under load",
        "{} counts the time of this thread, which is not the one that served the request",
        "Use time.perf_counter() or time.process_time().",
    ),
    "thread-profile": Kind(
        "AW207",
        ("thread-bound",),
        "under load",
        "a profiler is enabled for one thread, and this is another",
        "Profile the view itself, or in a middleware around the app.",
    ),
    "thread-connection": Kind(
        "AW208",
        ("thread-bound",),
        "under load",
        "the connection belongs to the thread that opened it, which is another",
        "Open and close it in one function, or keep it on g with a driver that may change threads.",
    ),
    "sqlite": Kind(
        "AW208",
        ("thread-bound",),
        "under load",
        "a sqlite3 connection may be used only in the thread that opened it: ProgrammingError",
        "Open and close it in one function, or open it with check_same_thread=False.",
    ),
    "contextvar": Kind(
        "AW204",
        ("thread-bound",),
        "silently",
        "a plain hook or view set this ContextVar in a context of its own: here it is unset",
        "Keep it on g, or set it in a hook bound by Hooks.",
    ),
    "contextvar-set": Kind(
        "AW205",
        ("thread-bound",),
        "silently",
        "a plain hook sets this ContextVar in a context of its own: nobody else sees it",
        "Keep it on g, or register the hook with Hooks.",
    ),
    "contextvar-reset": Kind(
        "AW206",
        ("thread-bound",),
        "loudly",
        "a token can be reset only in the context that made it: ValueError",
        "Keep the value on g, or set and reset it in one function.",
    ),
    "context-pop": Kind(
        "AW206",
        ("thread-bound",),
        "loudly",
        "a context of the app can be popped only in the context that pushed it",
        "Push and pop it in one function, by `with`.",
    ),
    "rlock": Kind(
        "AW209",
        ("thread-bound",),
        "loudly",
        "an RLock can be released only by the thread that took it: RuntimeError",
        "Take and release it in one function.",
    ),
    "file-removed": Kind(
        "AW311",
        ("lifecycle",),
        "loudly",
        "Quart opens the file when it sends it, which is after this removes it",
        "Remove it in `@hooks.after_response`, or send it from memory.",
    ),
    "thread": Kind(
        "AW312",
        ("lifecycle",),
        "silently",
        "starts {} for what should happen after the answer; the server does not wait for it",
        "Do it in `@hooks.after_response`, or with the host's background tasks.",
    ),
    "returns-none": Kind(
        "AW211",
        ("broken",),
        "on some paths",
        "returns None on some path, on Flask too",
        "Return the response on every path.",
    ),
    "returns-other": Kind(
        "AW212",
        ("broken",),
        "on some paths",
        "returns something other than a response, on Flask too",
        "Return the response.",
    ),
    "arity": Kind(
        "AW213",
        ("broken",),
        "loudly",
        "takes another number of arguments than it is given, on Flask too",
        "Take the response as the only parameter without a default.",
    ),
    "returns-coroutine": Kind(
        "AW215",
        ("broken",),
        "loudly",
        "gives back a coroutine that nobody awaits",
        "Make it `async def` and await what it returns.",
    ),
    "generator": Kind(
        "AW217",
        ("broken",),
        "loudly",
        "is a generator function: calling it gives a generator, not a response",
        "Return the response.",
    ),
    "undecided.response": Kind(
        "AW124",
        ("undecided",),
        "on some paths",
        "hands the response to code that is not in the tree, which may read it",
        _UNSEEN,
    ),
    "undecided.unfinished": Kind(
        "AW124",
        ("undecided",),
        "on some paths",
        "leads to more code than is followed; there may be more that it needs than is listed",
        "Look into what is called, or split the hook.",
    ),
    "undecided.request": Kind(
        "AW409",
        ("undecided",),
        "on some paths",
        "hands the request to code that is not in the tree, which may read it",
        _UNSEEN,
    ),
}


def kind_of(name: str) -> Kind:
    """The kind of a note.

    :param name: as the judge noted it.
    """
    found = KINDS.get(name)
    if found is None:
        group = name.partition(".")[0]
        found = KINDS["app.missing" if group == "app" else f"{group}.other"]
    return found
