"""Trees of a shape, at any size: what `afterware check` is timed on.

Each shape makes one thing many. A tree of twice the size has twice the lines, and a checker whose
cost follows what it reads takes twice as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import BenchmarkError

__all__ = ["SHAPES", "SIZES", "Shape", "shape_named", "write"]

SIZES: Final = (1, 2, 4, 8)

Files = dict[str, str]

_HEAD: Final = "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
_HOOK: Final = """\
@app.after_request
def {name}(response):
    response.headers["X"] = {value}
    return response


"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A way for a tree to be large.

    :param name: the part of a scenario's name that stands for it.
    :param what: what there is more of, in words.
    :param make: gives the files of a size, by their path in the tree.
    :param diff: whether the rewriting is timed as well, as `--diff` does it.
    """

    name: str
    what: str
    make: Callable[[int], Files]
    diff: bool = False


def write(shape: Shape, size: int, directory: Path) -> int:
    """Write the tree of a shape.

    :param shape: which.
    :param size: how many times the smallest.
    :param directory: where to; it is there and empty.
    :returns: its lines.
    """
    lines = 0
    for name, text in shape.make(size).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        lines += text.count("\n")
    return lines


def shape_named(name: str) -> Shape:
    """The shape of that name.

    :raises BenchmarkError: there is none.
    """
    for each in SHAPES:
        if each.name == name:
            return each
    raise BenchmarkError(f"there is no shape {name!r}; there are {', '.join(_names())}")


def _names() -> Iterator[str]:
    return (each.name for each in SHAPES)


def _hook(name: str = "hook", value: str = "str(response.status_code)") -> str:
    return _HOOK.format(name=name, value=value)


def _deep_recursion(size: int) -> Files:
    """A chain of functions, each of which also calls itself and its neighbours."""
    count = 40 * size
    steps = "".join(
        f"def step_{n}(response, depth):\n"
        "    if depth > 100:\n"
        "        return response.headers\n"
        f"    step_{n}(response, depth + 1)\n"
        f"    step_{max(n - 1, 0)}(response, depth + 1)\n"
        f"    return step_{min(n + 1, count - 1)}(response, depth + 1)\n\n\n"
        for n in range(count)
    )
    return {"app.py": _HEAD + steps + _hook(value="str(step_0(response, 0))")}


def _wide_dispatch(size: int) -> Files:
    """Tables of functions: a hook for each table calls whichever it finds there."""
    parts = [_HEAD]
    for table in range(6 * size):
        names = [f"on_{table}_{n}" for n in range(30)]
        parts.extend(
            f"def {name}(response):\n    return response.headers.get({name!r})\n\n\n"
            for name in names
        )
        entries = "".join(f"    {name!r}: {name},\n" for name in names)
        parts.append(f"TABLE_{table} = {{\n{entries}}}\n\n\n")
        value = f"str([each(response) for each in TABLE_{table}.values()])"
        parts.append(_hook(f"hook_{table}", value))
    return {"app.py": "".join(parts)}


def _many_hooks(size: int) -> Files:
    """Blueprints with hooks of the same names, which share helpers of a module."""
    files = {
        "site/__init__.py": "",
        "site/helpers.py": "def length(response):\n    return len(response.get_data())\n",
    }
    for n in range(10 * size):
        head = "from site.helpers import length\n" + _HEAD
        files[f"site/part_{n}.py"] = head + "".join(
            _hook(f"stamp_{each}", "str(length(response))" if each % 2 else "request.path")
            for each in range(8)
        )
    return files


def _long_module(size: int) -> Files:
    """One module of functions and classes that no hook leads to, with a hook now and then."""
    parts = [_HEAD]
    for n in range(300 * size):
        parts.append(
            f"def work_{n}(first, second=None):\n"
            "    found = {each: first[each] for each in second or first}\n"
            "    for name, value in found.items():\n"
            "        first[name] = str(value).strip()\n"
            f"    return work_{max(n - 1, 0)}(found, second) if second else found\n\n\n"
        )
        if n % 50 == 0:
            parts.append(_hook(f"hook_{n}"))
    return {"app.py": "".join(parts)}


def _many_classes(size: int) -> Files:
    """Classes that all have an attribute and a method of one name, and objects of any of them."""
    parts = [
        f"class Part{n}:\n"
        "    def __init__(self, value, inner=None):\n"
        "        self.value = value\n"
        "        self.inner = inner\n\n"
        "    def run(self, response):\n"
        "        return self.inner.run(self.value)\n\n\n"
        for n in range(60 * size)
    ]
    for n in range(8 * size):
        parts.append(f"def chosen_{n}(parts):\n    return parts[0].inner.value.run(parts)\n\n\n")
        parts.append(_hook(f"hook_{n}", f"chosen_{n}(request.args)"))
    return {"app.py": _HEAD + "".join(parts)}


def _beside(size: int) -> Files:
    """Untyped functions that call each other, beside a hook that calls neither of them."""
    node = (
        "class Node:\n"
        "    def __init__(self, name, parent=None):\n"
        "        self.name = name\n"
        "        self.parent = parent\n"
        "        self.children = []\n\n\n"
        'STATE = Node("state")\n\n\n'
    )
    pairs = "".join(
        f"def down_{n}(obj, name):\n"
        "    found = getattr(obj, name)\n"
        "    made = [Node(each.name, each.parent) for each in found if each.children]\n"
        f"    obj.children = [up_{n}(each, each.name) for each in made]\n"
        f"    obj.field_{n} = [each.name for each in obj.children]\n"
        "    return obj.children\n\n\n"
        f"def up_{n}(obj, name):\n"
        "    found = getattr(obj.parent, name)\n"
        f"    obj.name = {{key: down_{n}(found, key) for key in found.children}}\n"
        f"    return [each for each in down_{n}(obj.name, obj.field_{n}) if each.parent]\n\n\n"
        for n in range(60 * size)
    )
    return {"app.py": _HEAD + node + pairs + _hook(value="str(STATE.parent.children)")}


def _diff(size: int) -> Files:
    """Hooks that are rewritten, but for those that other code calls."""
    files = {"site/__init__.py": ""}
    for n in range(8 * size):
        hooks = [
            _hook("stamp", "str(len(response.get_data()))"),
            _hook("mark", "request.path"),
            _hook(f"keep_{n}", "response.get_data(as_text=True)[:9]"),
            _hook(f"sum_{n}", "str(sum(response.data))"),
        ]
        files[f"site/part_{n}.py"] = _HEAD + "".join(hooks)
        used = "stamp" if n % 2 else f"keep_{n}"
        files[f"site/views_{n}.py"] = (
            f"from site.part_{n} import app, {used}\n\n\n"
            f'@app.route("/{n}")\ndef view_{n}():\n    return {used}(app.response_class("x"))\n'
        )
    return files


def _diff_of_one_file(size: int) -> Files:
    """Hooks of one file that are rewritten, but for every eighth, which a view calls."""
    parts = [_HEAD]
    for n in range(32 * size):
        parts.append(_hook(f"stamp_{n}", "str(len(response.get_data()))"))
        if n % 8 == 0:
            parts.append(
                f"def view_{n}():\n    return stamp_{n}(app.response_class(request.path))\n\n\n"
            )
    return {"app.py": "".join(parts)}


SHAPES: Final = (
    Shape("deep-recursion", "functions that call one another", _deep_recursion),
    Shape("wide-dispatch", "tables of functions", _wide_dispatch),
    Shape("many-hooks", "hooks", _many_hooks),
    Shape("long-module", "functions of one module", _long_module),
    Shape("many-classes", "classes with one attribute name", _many_classes),
    Shape("recursion-beside", "recursive functions that no hook calls", _beside),
    Shape("diff", "hooks that `--diff` rewrites", _diff, diff=True),
    Shape(
        "diff-one-file", "hooks of one file that `--diff` rewrites", _diff_of_one_file, diff=True
    ),
)
