"""Evaluates calls of known functions and classes outside the tree, by their dotted paths."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .values import (
    NONE,
    NOWHERE,
    UNKNOWN,
    Arguments,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Func,
    Getter,
    Inst,
    Obj,
    Position,
    Record,
    Seq,
    TupleClass,
    Value,
    constant,
    one,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from .containers import Containers
    from .machine import Machine
    from .values import Frame

__all__ = [
    "PLAIN_BASES",
    "STANDARD",
    "THREAD_LOCALS",
    "TRANSPARENT",
    "Library",
    "flags",
    "position",
]

STANDARD = frozenset(sys.stdlib_module_names) | {"builtins"}

# Objects whose attributes each thread, or each context, has for itself.
THREAD_LOCALS = frozenset(
    {
        "threading.local()",
        "werkzeug.local.Local()",
        "werkzeug.local.LocalStack()",
        "gevent.local.local()",
        "asgiref.local.Local()",
        "eventlet.corolocal.local()",
    }
)
# Base classes outside the tree that add no attributes to speak of.
PLAIN_BASES = frozenset({"builtins.object", "typing.Generic", "abc.ABC", "typing.Protocol"})
# Decorators that give back the function that they take, or one that does the same.
TRANSPARENT = (
    "functools.wraps()",
    "functools.lru_cache",
    "functools.cache",
    "functools.update_wrapper",
    "functools.singledispatch",
    "contextlib.",
    "typing.",
    "typing_extensions.",
    "abc.",
    "builtins.staticmethod",
    "builtins.classmethod",
    "builtins.property",
    "warnings.deprecated",
    "blinker.",
    "atexit.",
)

_KEEPS_ITEMS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
_KEEPS_ORDER = frozenset({"list", "tuple", "iter"})
_DATA = frozenset(
    """abs ascii bin bytearray bytes chr complex dir divmod float format hash hex id input int len
    max memoryview min oct ord pow range repr round str sum""".split()
)
_TRUTH = frozenset({"bool", "isinstance", "issubclass", "hasattr", "callable", "all", "any"})
_VALUES = {
    **dict.fromkeys(("json.dumps", "os.path.join", "os.path.basename", "os.path.dirname"), "str"),
    **dict.fromkeys(("json.loads", "time.time", "time.monotonic", "time.perf_counter"), "value"),
}


class Call:
    """A call of something outside the tree.

    :param path: what is called.
    :param node: the call.
    """

    __slots__ = ("arguments", "frame", "node", "path")

    def __init__(
        self, path: str, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> None:
        self.path = path
        self.arguments = arguments
        self.frame = frame
        self.node = node

    def get(self, index: int, name: str = "") -> Value:
        """What is passed at this position or under this name."""
        return self.arguments.get(index, name)


class Library:
    """Evaluates calls of known functions and classes outside the tree.

    :param machine: evaluates what they call in turn.
    :param containers: makes containers.
    """

    def __init__(self, machine: Machine, containers: Containers) -> None:
        self.machine = machine
        self.containers = containers
        self.known: dict[str, Callable[[Call], Value]] = {
            "builtins.enumerate": self._enumerate,
            "builtins.filter": lambda call: self._same_items(call, call.get(1)),
            "builtins.getattr": self._getattr,
            "builtins.map": self._map,
            "builtins.next": lambda call: self.machine.items(call.get(0)) | call.get(1),
            "builtins.object": lambda _: UNKNOWN,
            "builtins.print": lambda _: NONE,
            "builtins.super": lambda _: UNKNOWN,
            "builtins.type": self._type,
            "builtins.vars": lambda _: UNKNOWN,
            "builtins.zip": self._zip,
            "builtins.function.__get__": lambda _: UNKNOWN,
            "argparse.Namespace": self._namespace,
            "collections.namedtuple": self._named_tuple,
            "dataclasses.field": self._field,
            "functools.partial": self._partial,
            "functools.partialmethod": self._partial,
            "functools.wraps": lambda _: one(Ext("functools.wraps()")),
            "importlib.import_module": self._import_module,
            "itertools.chain": self._chain,
            "itertools.chain.from_iterable": self._chain,
            "operator.attrgetter": self._getter,
            "operator.methodcaller": self._getter,
            "types.MethodType": self._method,
            "types.SimpleNamespace": self._namespace,
            "typing.NamedTuple": self._named_tuple,
            "typing.cast": lambda call: call.get(1),
            **dict.fromkeys(
                (
                    "builtins.staticmethod",
                    "builtins.classmethod",
                    "copy.copy",
                    "copy.deepcopy",
                    "functools.update_wrapper",
                ),
                _first,
            ),
            **{f"builtins.{name}": self._keeping_items for name in _KEEPS_ITEMS},
            **{f"builtins.{name}": _data("bool") for name in _TRUTH},
            **{f"builtins.{name}": _data("value") for name in _DATA},
            **{path: _data(kind) for path, kind in _VALUES.items()},
        }

    def call(self, atom: Ext, arguments: Arguments, frame: Frame, node: ast.expr | None) -> Value:
        """What calling something outside the tree gives."""
        path = atom.path
        container = self.containers.new(path, node, frame, arguments)
        if container:
            return container
        known = self.machine.model.call(atom, arguments, frame, node)
        if known is not None:
            return known
        handler = self.known.get(path)
        if handler is not None:
            found = handler(Call(path, arguments, frame, node))
            if found or path not in _MADE_OTHERWISE:
                return found
        made = position(node, frame)
        return one(Obj(path + "()", made, flags=flags(arguments)))

    # Attributes and functions

    def _getattr(self, call: Call) -> Value:
        first, names = call.get(0), call.get(1)
        if not first - NONE:
            name = constant(names)
            if isinstance(name, str):
                found = self.machine.model.named(name, call.frame.scope.module)
                if found:
                    return found
        results: set[Atom] = set(call.get(2))
        for each in names:
            if isinstance(each, Const) and isinstance(each.value, str):
                for atom in first:
                    results |= self.machine.attribute(atom, each.value, call.frame)
        return frozenset(results)

    def _type(self, call: Call) -> Value:
        if len(call.arguments.positional) != 1:
            return UNKNOWN
        found: set[Atom] = set()
        for atom in call.get(0):
            if isinstance(atom, Inst):
                found.add(ClassRef(atom.cls))
            else:
                found |= self.machine.model.class_of(atom)
        return frozenset(found)

    def _method(self, call: Call) -> Value:
        """`types.MethodType(function, instance)`."""
        return frozenset(
            replace(each, bound=(call.get(1), *each.bound)) if isinstance(each, Func) else each
            for each in call.get(0)
        )

    def _partial(self, call: Call) -> Value:
        more = tuple(call.arguments.positional[1:])
        keywords = tuple(sorted(call.arguments.keywords.items(), key=_name))
        found: set[Atom] = set()
        for atom in call.get(0):
            if isinstance(atom, Func):
                bound = (*atom.bound, *more)
                found.add(replace(atom, bound=bound, keywords=(*atom.keywords, *keywords)))
            elif isinstance(atom, Inst):
                function = self.machine.find_method(atom.cls, "__call__")
                if function is not None:
                    found.add(Func(function, None, (one(atom), *more), keywords))
                else:
                    found.add(atom)
            elif not isinstance(atom, ClassRef):
                found.add(atom)
        return frozenset(found)

    def _getter(self, call: Call) -> Value:
        names = [constant(value) for value in call.arguments.positional]
        calls = call.path.endswith("methodcaller")
        if calls:
            names = names[:1]
        if not names or not all(isinstance(name, str) for name in names):
            return one(Obj(call.path + "()"))
        return one(Getter(tuple(names), tuple(call.arguments.positional[1:]) if calls else None))

    def _import_module(self, call: Call) -> Value:
        dotted = constant(call.get(0))
        if not isinstance(dotted, str):
            return UNKNOWN
        return self.machine.imported(call.frame.scope.module, 0, dotted, None)

    # What is made of items

    def _same_items(self, call: Call, value: Value, *, ordered: bool = False) -> Value:
        found = frozenset(
            replace(atom, exact=atom.exact and ordered) if isinstance(atom, Seq) else atom
            for atom in value
        )
        return found or one(Seq((), exact=not call.arguments.positional))

    def _keeping_items(self, call: Call) -> Value:
        name = call.path.removeprefix("builtins.")
        return self._same_items(call, call.get(0), ordered=name in _KEEPS_ORDER)

    def _map(self, call: Call) -> Value:
        passed = Arguments([self.machine.items(call.get(1))])
        found: set[Atom] = set()
        for atom in call.get(0):
            found |= self.machine.call(atom, passed, call.frame, call.node)
        return one(Seq((frozenset(found),), exact=False))

    def _zip(self, call: Call) -> Value:
        row = tuple(self.machine.items(value) for value in call.arguments.positional)
        return one(Seq((one(Seq(row, kind="tuple")),), exact=False))

    def _enumerate(self, call: Call) -> Value:
        row = Seq((one(Data("int")), self.machine.items(call.get(0))), kind="tuple")
        return one(Seq((one(row),), exact=False))

    def _chain(self, call: Call) -> Value:
        found: set[Atom] = set()
        for value in call.arguments.every():
            found |= self.machine.items(value)
        return one(Seq((frozenset(found),), exact=False))

    # Small classes

    def _field(self, call: Call) -> Value:
        """`dataclasses.field()`."""
        factory = call.arguments.keywords.get("default_factory", UNKNOWN)
        default = call.arguments.keywords.get("default", UNKNOWN)
        made = self.containers.by_factory(factory, call.node, call.frame) | default
        return made or one(Obj(call.path + "()"))

    def _namespace(self, call: Call) -> Value:
        items = tuple(call.arguments.keywords.items())
        return one(Record(items, position(call.node, call.frame)))

    def _named_tuple(self, call: Call) -> Value:
        names: list[str] = []
        for atom in call.get(1, "field_names"):
            if isinstance(atom, Const) and isinstance(atom.value, str):
                names = atom.value.replace(",", " ").split()
            elif isinstance(atom, Seq):
                for item in atom.items:
                    parts = [each for each in item if isinstance(each, Seq) and each.items]
                    name = constant(parts[0].items[0] if parts else item)
                    names.append(name if isinstance(name, str) else "")
        return one(TupleClass(tuple(names)))


# Where the rule gives nothing, the call makes some object of the library.
_MADE_OTHERWISE = frozenset({"importlib.import_module"})


def position(node: ast.expr | None, frame: Frame) -> Position:
    """Where something is made: file, line, column."""
    if node is None:
        return NOWHERE
    return (frame.scope.module.source.name, node.lineno, node.col_offset)


def flags(arguments: Arguments) -> frozenset[str]:
    """What the arguments of a call say that matters later, as text."""
    found: set[str] = set()
    for name, value in arguments.keywords.items():
        known = constant(value)
        if known is not None and isinstance(known, (str, int, bool)):
            found.add(f"{name}={known}")
        else:
            found.add(f"{name}=")
    for index, value in enumerate(arguments.positional[:3]):
        known = constant(value)
        found.add(f"{index}={known if known is not None else ''}")
        if any(isinstance(each, Obj) and each.path == "io.BytesIO()" for each in value):
            found.add("memory")
        if any(isinstance(each, Func) for each in value):
            found.add("function")
    return frozenset(found)


def _first(call: Call) -> Value:
    return call.get(0)


def _name(item: tuple[str, Any]) -> str:
    return item[0]


def _data(kind: str) -> Callable[[Call], Value]:
    value = one(Data(kind))
    return lambda _: value
