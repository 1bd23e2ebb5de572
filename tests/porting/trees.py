"""Makes trees of many hooks, out of units of which each is a small app that stands by itself.

What the checker says of a unit's hooks is the same whichever tree the unit is in: alone, among
hundreds, in one file with them or in files of its own, first or last.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from afterware.porting.check import Outcome
from afterware.porting.fixing.rewrite import fix_files

Layout = Literal["one file", "factories of one file", "files of one package", "packages apart"]
LAYOUTS: tuple[Layout, ...] = (
    "one file",
    "factories of one file",
    "files of one package",
    "packages apart",
)

# What each unit begins with, where it has a file of its own. `{n}` is its number or nothing.
HEAD = "from flask import Flask, request\napp = Flask(__name__)\n"
HOOK = """
@app.after_request
def stamp{n}(response):
    response.headers["X"] = str(len(response.get_data()))
    return response
"""


def _way(length: int) -> str:
    """Functions, each of which takes what it gives from the next, and a call of the first."""
    steps = "".join(
        f"def way{each}{{n}}(kept):\n    return [way{each + 1}{{n}}([kept, {each}])][0]\n"
        for each in range(length)
    )
    return (
        f"{steps}def way{length}{{n}}(kept):\n    return Part{{n}}()\n"
        "def view{n}(response):\n    return way0{n}([]).stamp{n}(response)\n"
    )


_OTHER = """
class Part{n}:
    def stamp{n}(self, response):
        return response
"""
# By what else is done with the hook. `stamp` becomes `async def` in those of UNUSED.
UNITS = {
    "nobody calls it": HOOK,
    "a view calls it": HOOK
    + """
def view{n}():
    return stamp{n}(app.response_class("x"))
""",
    "another name calls it": HOOK
    + """
again{n} = stamp{n}
def view{n}():
    return again{n}(app.response_class("x"))
""",
    "a table holds it": HOOK
    + """
TABLE{n} = {{"x": stamp{n}}}
def view{n}(name):
    return TABLE{n}[name](app.response_class("x"))
""",
    "it is handed to a function": HOOK
    + """
def run{n}(function):
    return function(app.response_class("x"))
def view{n}():
    return run{n}(stamp{n})
""",
    "an object keeps it": HOOK
    + """
class Keeper{n}:
    def __init__(self, function):
        self.function{n} = function
    def run(self):
        return self.function{n}(app.response_class("x"))
KEEPER{n} = Keeper{n}(stamp{n})
""",
    "a method of that name is called": HOOK
    + """
class Other{n}:
    def stamp{n}(self, response):
        return response
def view{n}():
    return Other{n}().stamp{n}(app.response_class("x"))
""",
    "an object that nobody knows has that name": HOOK
    + """
def view{n}(thing, response):
    return [each.stamp{n}(response) for each in thing.parts{n}(response)]
class Part{n}:
    def parts{n}(self, response):
        return [self.child{n}, getattr(self, response.status)]
    def stamp{n}(self, response):
        return view{n}(self, response)
""",
    "a way leads to an object that has that name": HOOK + _OTHER + _way(5),
    "a way leads to it": HOOK
    + """
class Part{n}:
    pass
Part{n}.stamp{n} = staticmethod(stamp{n})
"""
    + _way(5),
    "it leads to functions that call one another": """
def first{n}(value, name):
    return [second{n}(each, name) for each in getattr(value, name)]
def second{n}(value, name):
    return [first{n}(each, name) for each in getattr(value, name)]
@app.after_request
def stamp{n}(response):
    first{n}(response.headers, "a")
    response.headers["X"] = request.path
    return response
""",
    "it waits": """
import time
@app.after_request
def stamp{n}(response):
    time.sleep(0.1)
    return response
def view{n}():
    return stamp{n}(app.response_class("x"))
""",
    "what it calls reads": """
class Reader{n}:
    def __init__(self, response):
        self.response{n} = response
    def size(self):
        return len(self.response{n}.get_data())
@app.after_request
def stamp{n}(response):
    response.headers["X"] = str(Reader{n}(response).size())
    return response
""",
}
UNUSED = frozenset(
    {
        "nobody calls it",
        "a method of that name is called",
        "a way leads to an object that has that name",
    }
)
# Of these the checker may be unsure.
EITHER = frozenset(
    {
        "an object that nobody knows has that name",
        "it leads to functions that call one another",
    }
)

# It takes many steps to see that nobody calls its hook.
FAR = "a long way leads to an object that has that name"
LONG = {FAR: HOOK + _OTHER + _way(40)}
# What a unit of two files is: the hook's, and the one that calls it from far away.
USED_AFAR = "another file calls it"
USES = """
from {hooks} import app, stamp
def view():
    return stamp(app.response_class("x"))
"""


@dataclass(frozen=True)
class Said:
    """What the checker says of one hook.

    :param becomes: what `--fix` makes of it: `def`, `async def`, or why it is left.
    """

    registered: str
    needs: tuple[str, ...]
    codes: tuple[str, ...]
    becomes: str


@dataclass(frozen=True)
class Tree:
    """Files that are written, and of which unit the hook of a line is."""

    directory: Path
    units: dict[tuple[str, int], int]


def write(directory: Path, units: Sequence[str], layout: Layout) -> Tree:
    """A tree of these units, in their order. `USED_AFAR` needs files of its own."""
    texts: dict[str, str] = {}
    if layout == "one file":
        texts["app.py"] = HEAD + "".join(
            _text(unit).format(n=_name(number)) for number, unit in enumerate(units)
        )
    elif layout == "factories of one file":
        texts["app.py"] = HEAD.partition("app =")[0]
        for number, unit in enumerate(units):
            body = "app = Flask(__name__)\n" + _text(unit).format(n="") + "return app\n"
            texts["app.py"] += f"def create{_name(number)}():\n{textwrap.indent(body, '    ')}"
    else:
        for number, unit in enumerate(units):
            texts |= _files(number, unit, layout)
    if layout == "files of one package":
        # Imports link all files, so that each is searched for what the others call.
        texts["main.py"] = "".join(
            f"from {name.removesuffix('.py').replace('/', '.')} import app\n" for name in texts
        )
    for name, text in texts.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines = [(name, line) for name in texts for line, _ in _hooks(directory / name)]
    return Tree(directory, {place: number for number, place in enumerate(lines)})


def _files(number: int, unit: str, layout: Layout) -> dict[str, str]:
    apart = layout == "packages apart"
    hooks = f"unit{_name(number)}/app.py" if apart else f"site/hooks{_name(number)}.py"
    uses = f"unit{_name(number)}/views.py" if apart else f"uses/views{_name(number)}.py"
    if unit != USED_AFAR:
        return {hooks: HEAD + _text(unit).format(n="")}
    dotted = "app" if apart else hooks.removesuffix(".py").replace("/", ".")
    return {hooks: HEAD + HOOK.format(n=""), uses: USES.format(hooks=dotted)}


def _text(unit: str) -> str:
    return LONG.get(unit) or UNITS[unit]


def _name(number: int) -> str:
    return f"_{number:03}"


def _hooks(path: Path) -> list[tuple[int, str]]:
    """The hooks of a file in their order: line of the def, `def` or `async def`."""
    return sorted(
        (node.lineno, "def" if isinstance(node, ast.FunctionDef) else "async def")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name.startswith("stamp")
        and node.decorator_list
    )


def said(tree: Tree, outcome: Outcome) -> dict[int, Said]:
    """What is said of the hook of each unit, by the unit's number; the tree is rewritten."""
    report = fix_files(outcome, to="quart", write=True)
    assert report.failed == []
    left = {(each.file, each.line): f"left: {_plain(each.why)}" for each in report.unfixed}
    colours = {}
    for name in {name for name, _ in tree.units}:
        before = [place for place in tree.units if place[0] == name]
        after = _hooks(tree.directory / name)
        colours |= {place: colour for place, (_, colour) in zip(before, after, strict=True)}
    found = {}
    for each in outcome.hooks:
        place = (each.file, each.line)
        found[tree.units[place]] = Said(
            each.registered,
            tuple(each.needs),
            tuple(sorted(finding.code for finding in each.findings)),
            left.get(place, colours[place]),
        )
    return found


def _plain(reason: str) -> str:
    """A reason without numbers of lines."""
    return re.sub(r"\bline \d+", "a line", reason)
