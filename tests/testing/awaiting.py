"""The smallest port of Flask's views and hooks in a source: what Quart gives to be awaited is."""

from __future__ import annotations

import ast
import re

# Modules that Flask's tests take from Flask for themselves, not for their apps.
OWN_MODULES = rb"testing|logging|globals"
# Names that a test looks at, outside of the views and hooks in it.
OWN_NAMES = {
    "current_app",
    "flash",
    "g",
    "get_flashed_messages",
    "has_app_context",
    "has_request_context",
    "render_template",
    "render_template_string",
    "request",
    "session",
    "url_for",
}

# Functions of Quart that are coroutine functions.
CALLS = {
    "flash",
    "make_response",
    "render_template",
    "render_template_string",
    "send_file",
    "send_from_directory",
    "send_static_file",
    "stream_template",
    "stream_template_string",
}
# Of a request and of a response.
READ = {"data", "files", "form", "get_data", "get_json", "json", "values"}
OWNERS = {"request", "resp", "response"}


def renamed(text: str) -> str:
    """*text*, with `flask` called `quart`, except where it is a test that looks."""
    source = text.encode()
    kept = set()
    starts = _starts(text)
    for function in _tests(ast.parse(text)):
        if function.name.startswith("test_"):
            for node in _outside_of_functions(function.body):
                own = isinstance(node, ast.Attribute) and node.attr in OWN_NAMES
                if own and isinstance(node.value, ast.Name) and node.value.id == "flask":
                    kept.add(starts[node.value.lineno - 1] + node.value.col_offset)

    def name(match: re.Match[bytes]) -> bytes:
        return match.group() if match.start() in kept else b"quart"

    source = re.sub(rb"\bflask\b(?!\.(?:%b)\b)" % OWN_MODULES, name, source)
    if kept:
        source = source.replace(b"import quart\n", b"import flask\nimport quart\n", 1)
    return re.sub(rb"\bFlask\b", b"Quart", source).decode()


def _tests(module: ast.Module) -> list[ast.FunctionDef]:
    """The functions of a module and the methods of its classes."""
    scopes = [module, *(node for node in module.body if isinstance(node, ast.ClassDef))]
    return [node for each in scopes for node in each.body if isinstance(node, ast.FunctionDef)]


def _outside_of_functions(nodes):
    for node in nodes:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield node
            yield from _outside_of_functions(ast.iter_child_nodes(node))


def _starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    return starts


def awaited(text: str) -> str:
    """*text*, with views and hooks that use any of these made `async def`, and the uses awaited."""
    starts = _starts(text)
    source = text.encode()
    edits: list[tuple[int, bytes]] = []

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column

    def inside(function: ast.FunctionDef) -> None:
        found = list(_uses(function))
        if not found:
            return
        edits.append((offset(function.lineno, function.col_offset), b"async "))
        for node in found:
            edits.append((offset(node.lineno, node.col_offset), b"(await "))
            edits.append((offset(node.end_lineno, node.end_col_offset), b")"))

    module = ast.parse(text)
    own = {node for node in _tests(module) if not node.decorator_list or _is_test(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node not in own and not _yields(node):
            inside(node)
    for place, piece in sorted(
        set(edits), key=lambda edit: (edit[0], edit[1] != b")"), reverse=True
    ):
        source = source[:place] + piece + source[place:]
    return source.decode()


def _is_test(function: ast.FunctionDef) -> bool:
    return function.name.startswith("test") or "fixture" in ast.dump(function.decorator_list[0])


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _uses(function: ast.FunctionDef):
    for statement in function.body:
        yield from _in(statement)


def _in(node: ast.AST):
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        return
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in CALLS or (name in READ and _of_exchange(node.func)):
            yield node
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from _in(argument)
            return
    loaded = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    if loaded and node.attr in READ and _of_exchange(node):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _in(child)


def _of_exchange(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    value = node.value
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", None)
    return name in OWNERS
