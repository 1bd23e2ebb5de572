"""What calls give."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..flask import host
from ..flask.atoms import HostAttribute, HostObject, HostPart, Proxied, Registrar
from ..tree.index import Function, terminal_name
from .containers import inside
from .core import Core
from .frames import Arguments, Frame
from .pieces import CONTAINERS, FRAMES
from .values import (
    NONE,
    NOTHING,
    NOWHERE,
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Func,
    Getter,
    Inst,
    Map,
    Obj,
    Position,
    Record,
    Seq,
    TupleClass,
    Value,
    Wrapped,
    one,
)

__all__ = ["Calls"]

_KEEPS_ITEMS = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "filter"}
)

_TEXT = frozenset(
    """abs all any ascii bin bool bytearray bytes chr complex dir divmod float format hash hex id
    input int isinstance issubclass len max memoryview min oct ord pow print range repr round
    str sum hasattr callable""".split()
)

_NUMBERS = frozenset({"bool", "isinstance", "issubclass", "hasattr", "callable", "all", "any"})
_TAKES = (".get", ".get_nowait", ".items", ".keys", ".pop", ".popitem", ".popleft", ".values")

# Methods of headers and the like that change them and give nothing back.
_CHANGES = frozenset(
    "add add_header append clear discard extend insert remove set setlist update".split()
)


class Calls(Core):
    """What calls give."""

    def _Call(self, node: ast.Call, frame: Frame) -> Value:
        callee = self.eval(node.func, frame)
        arguments = self.arguments(node, frame)
        found: set[Atom] = set()
        for atom in callee:
            found |= self.call(atom, arguments, frame, node)
        if isinstance(node.func, ast.Attribute):
            for atom in self.eval(node.func.value, frame):
                if isinstance(atom, (Seq, Map)):
                    found |= self.collection(atom, node.func.attr, arguments)
                elif isinstance(atom, Const) and isinstance(atom.value, str):
                    found.add(Data("str"))
        return frozenset(found)

    def collection(self, atom: Seq | Map, name: str, arguments: Arguments) -> Value:
        """What a method of a list or dict gives."""
        if isinstance(atom, Map):
            key = self.constant(arguments.get(0))
            if name in ("get", "pop", "setdefault"):
                other = inside(arguments.get(1), atom.site, key)
                return (self.contents(atom, key) - NOTHING) | other
            if name == "values":
                return one(Seq((self.contents(atom),), exact=False))
            if name in ("items", "popitem"):
                keys = frozenset(Const(key) for key, _ in atom.items if key is not None)
                pair = one(Seq((keys, self.contents(atom)), kind="tuple"))
                return one(Seq((pair,), exact=False)) if name == "items" else pair
            if name in ("keys", "copy"):
                return one(atom)
        elif name in ("pop", "popleft"):
            return self.contents(atom)
        elif name in ("copy", "__iter__"):
            return one(atom)
        return UNKNOWN

    def call_method(self, atom: Inst, name: str, arguments: Arguments, frame: Frame) -> Value:
        function = self.find_method(atom.cls, name)
        if function is None:
            return UNKNOWN
        return self.call(Func(function, None, (one(atom),)), arguments, frame, None)

    def call(self, atom: Atom, arguments: Arguments, frame: Frame, node: ast.expr | None) -> Value:
        """What calling one thing gives."""
        if isinstance(atom, Func):
            return self.result(self.call_frame(atom, arguments, frame))
        if isinstance(atom, Wrapped):
            found: set[Atom] = set()
            for inner in atom.inner:
                found |= self.call(inner, arguments, frame, node)
            return frozenset(found)
        if isinstance(atom, ClassRef):
            return self.instantiate(atom, arguments, frame, node) | self.as_host(atom.cls)
        if isinstance(atom, Inst):
            return self.call_method(atom, "__call__", arguments, frame)
        if isinstance(atom, HostAttribute):
            return self.host_call(atom, arguments, frame)
        if isinstance(atom, Registrar):
            return arguments.get(0)
        if isinstance(atom, HostPart):
            if atom.path.rpartition(".")[2] in _CHANGES:
                return NONE
            return one(HostPart(f"{atom.path}()"))
        if isinstance(atom, Proxied):
            return self.proxied(atom, frame, node)
        if isinstance(atom, Getter):
            return self.got(atom, arguments.get(0), frame)
        if isinstance(atom, TupleClass):
            return self._tuple_of(atom, arguments)
        if isinstance(atom, Data):
            return one(Data("value")) if atom.kind == "method" else UNKNOWN
        if isinstance(atom, Ext):
            return self.external_call(atom, arguments, frame, node)
        if isinstance(atom, Obj):
            if atom.path == "contextvars.ContextVar().get":
                return self._set_in(atom, frame) | arguments.get(0)
            if atom.path == "contextvars.ContextVar().set":
                return one(Obj(atom.path + "()", self.place(node, frame)))  # a token
            if atom.path.startswith(CONTAINERS) and atom.path.endswith(_TAKES):
                taken = replace(atom, path=atom.path.rpartition(".")[0], flags=frozenset())
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    return self.put_under(node.func.value, taken, None, frame)
                return UNKNOWN
            if atom.path.endswith((".getLogger", ".get_logger")):
                return one(Obj("logging.getLogger()"))
            if atom.path.endswith(("()._get_current_object", ".cursor", ".connect")):
                return one(replace(atom, path=atom.path + "()"))
            return one(
                replace(atom, path=atom.path + "()", flags=atom.flags | self.flags(arguments))
            )
        return UNKNOWN

    def proxied(self, atom: Proxied, frame: Frame, node: ast.expr | None) -> Value:
        """What a LocalProxy stands for now."""
        found: set[Atom] = set()
        for each in atom.inner:
            if isinstance(each, (Func, Wrapped, Inst)):
                found |= self.call(each, Arguments(), frame, node)
            elif isinstance(each, Obj):
                if each.path == "contextvars.ContextVar()":
                    found |= self._set_in(each, frame)
                elif atom.name:
                    found |= self.attribute(each, atom.name, frame)
        return frozenset(found)

    def got(self, atom: Getter, value: Value, frame: Frame) -> Value:
        """What attrgetter or methodcaller gets out of something."""
        results: list[Value] = []
        for name in atom.names:
            found = value
            for part in name.split("."):
                found = frozenset().union(*(self.attribute(a, part, frame) for a in found))
            results.append(found)
        if atom.arguments is not None:
            passed = Arguments(list(atom.arguments))
            return frozenset().union(*(self.call(a, passed, frame, None) for a in results[0]))
        return results[0] if len(results) == 1 else one(Seq(tuple(results), kind="tuple"))

    def _tuple_of(self, atom: TupleClass, arguments: Arguments) -> Value:
        values = [arguments.get(index, name) for index, name in enumerate(atom.fields)]
        if arguments.rest:
            values = [value or arguments.rest for value in values]
        items = tuple(zip(atom.fields, values, strict=True))
        return frozenset((Record(items), Seq(tuple(values), kind="tuple")))

    def result(self, frame: Frame) -> Value:
        """What a function gives back when it is called so."""
        function = frame.scope
        assert isinstance(function, Function)
        if function.generator:
            if any(terminal_name(each).endswith("contextmanager") for each in function.decorators):
                return frozenset().union(*(self.eval(each, frame) for each in function.yields))
            yielded = frozenset().union(*(self.eval(each, frame) for each in function.yields))
            return one(Seq((yielded,), exact=False, kind="generator"))
        found: set[Atom] = set()
        for each in function.returns:
            found |= NONE if each is None else self.eval(each, frame)
        if function.falls and not _only_raises(function):
            found |= NONE
        return frozenset(found)

    def instantiate(
        self, atom: ClassRef, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value:
        """What calling a class of the tree makes."""
        function = self.find_method(atom.cls, "__init__")
        made: Frame | None = None
        if function is not None and frame.depth < FRAMES // 2:
            func = Func(function, None, (one(Inst(atom.cls)),))
            made = self.call_frame(func, arguments, frame)
            if made.arguments is None:
                made = None
        return one(
            Inst(
                atom.cls, made, exact=True, site=self.place(node, frame) if node is not None else ()
            )
        )

    def host_call(self, atom: HostAttribute, arguments: Arguments, frame: Frame) -> Value:
        name = atom.name
        if name == "_get_current_object":
            return one(HostObject(atom.kind))
        if atom.kind == "g":
            key = self.constant(arguments.get(0))
            value = arguments.get(1) if name != "pop" or len(arguments.positional) > 1 else UNKNOWN
            if isinstance(key, str):
                return self._stores_on("g", key, frame) | value
            return value
        if atom.kind == "funcs":
            if name in ("setdefault", "get", "__getitem__"):
                return one(HostObject("funclist"))
            return UNKNOWN
        if name in host.RETURNS_RESPONSE:
            return one(HostObject("response"))
        if name in host.RETURNS_NONE:
            return NONE
        if name in ("get_data", "get_json"):
            return one(Data("bytes" if name == "get_data" else "json"))
        return UNKNOWN

    def external_call(
        self, atom: Ext, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value:
        path = atom.path
        top, _, name = path.partition(".")
        container = self.new_container(path, node, frame, arguments.get(0))
        if container:
            if name == "dict" and arguments.keywords:
                extra = tuple(arguments.keywords.items())
                return frozenset(
                    replace(each, items=(*each.items, *extra))
                    for each in container
                    if isinstance(each, Map)
                )
            return container
        if path == "dataclasses.field":
            factory = arguments.keywords.get("default_factory", UNKNOWN)
            made = self.by_factory(factory, node, frame) | arguments.keywords.get(
                "default", UNKNOWN
            )
            return made or one(Obj(path + "()"))
        if top == "builtins":
            return self.builtin(name, arguments, frame, node)
        if top == "flask":
            if name in ("Response", "make_response", "jsonify", "redirect", "send_file"):
                return one(HostObject("response"))
            if name == "send_from_directory":
                return one(HostObject("response"))
            if name in ("render_template", "render_template_string", "url_for"):
                return one(Data("str"))
            if name == "flash":
                return NONE
            if name in ("stream_with_context", "copy_current_request_context"):
                return arguments.get(0)
            if name in ("Flask", "Blueprint"):
                return one(HostObject("app" if name == "Flask" else "blueprint"))
        if path in ("functools.partial", "functools.partialmethod"):
            return self.partial(arguments)
        if path in ("functools.wraps", "functools.update_wrapper"):
            if path.endswith("update_wrapper"):
                return arguments.get(0)
            return one(Ext("functools.wraps()"))
        if path == "types.MethodType":
            bound = arguments.get(1)
            return frozenset(
                replace(each, bound=(bound, *each.bound)) if isinstance(each, Func) else each
                for each in arguments.get(0)
            )
        if path in ("builtins.function.__get__",):
            return UNKNOWN
        if path == "werkzeug.local.LocalProxy":
            name_ = self.constant(arguments.get(1))
            proxy = Proxied(arguments.get(0), name_ if isinstance(name_, str) else "")
            return self.proxied(proxy, frame, node) | {proxy}
        if path in ("types.SimpleNamespace", "argparse.Namespace"):
            made_at = self.place(node, frame)
            return one(Record(tuple(arguments.keywords.items()), made_at))
        if path in ("collections.namedtuple", "typing.NamedTuple"):
            return self._named_tuple(arguments)
        if path in ("operator.attrgetter", "operator.methodcaller"):
            return self._getter(path, arguments)
        if path in ("flask.Flask.app_context", "flask.Flask.test_request_context"):
            return one(Obj("flask.app_context()", self.place(node, frame)))
        if path in ("copy.copy", "copy.deepcopy", "typing.cast"):
            return arguments.get(1 if path == "typing.cast" else 0)
        if path in ("itertools.chain", "itertools.chain.from_iterable"):
            every = [self.items(value) for value in arguments.every()]
            return one(Seq((frozenset().union(*every),), exact=False))
        if path in ("json.dumps", "os.path.join", "os.path.basename", "os.path.dirname"):
            return one(Data("str"))
        if path in ("json.loads", "time.time", "time.monotonic", "time.perf_counter"):
            return one(Data("value"))
        if path.startswith("importlib.import_module"):
            dotted = self.constant(arguments.get(0))
            if isinstance(dotted, str):
                return self.imported(frame.scope.module, 0, dotted, None)
        return one(Obj(path + "()", self.place(node, frame), flags=self.flags(arguments)))

    def place(self, node: ast.expr | None, frame: Frame) -> Position:
        """Where something is made."""
        if node is None:
            return NOWHERE
        return (frame.scope.module.source.name, node.lineno, node.col_offset)

    def _named_tuple(self, arguments: Arguments) -> Value:
        names: list[str] = []
        for atom in arguments.get(1, "field_names"):
            if isinstance(atom, Const) and isinstance(atom.value, str):
                names = atom.value.replace(",", " ").split()
            elif isinstance(atom, Seq):
                for item in atom.items:
                    parts = [each for each in item if isinstance(each, Seq) and each.items]
                    name = self.constant(parts[0].items[0] if parts else item)
                    names.append(name if isinstance(name, str) else "")
        return one(TupleClass(tuple(names)))

    def _getter(self, path: str, arguments: Arguments) -> Value:
        names = [self.constant(value) for value in arguments.positional]
        if path.endswith("methodcaller"):
            names = names[:1]
        if not names or not all(isinstance(name, str) for name in names):
            return one(Obj(path + "()"))
        passed = tuple(arguments.positional[1:]) if path.endswith("methodcaller") else None
        return one(Getter(tuple(names), passed))

    def flags(self, arguments: Arguments) -> frozenset[str]:
        """What the arguments of a constructor say that matters to a judge."""
        flags: set[str] = set()
        for name, value in arguments.keywords.items():
            constant = self.constant(value)
            if constant is not None and isinstance(constant, (str, int, bool)):
                flags.add(f"{name}={constant}")
            else:
                flags.add(f"{name}=")
        for index, value in enumerate(arguments.positional[:3]):
            constant = self.constant(value)
            flags.add(f"{index}={constant if constant is not None else ''}")
            kinds = {type(each).__name__ for each in value}
            if any(isinstance(each, Obj) and each.path == "io.BytesIO()" for each in value):
                flags.add("memory")
            if kinds & {"Func"}:
                flags.add("function")
        return frozenset(flags)

    def partial(self, arguments: Arguments) -> Value:
        found: set[Atom] = set()
        for atom in arguments.get(0):
            found |= self.bound_more(atom, arguments)
        return frozenset(found)

    def bound_more(self, atom: Atom, arguments: Arguments) -> Value:
        more = tuple(arguments.positional[1:])
        keywords = tuple(sorted(arguments.keywords.items(), key=lambda item: item[0]))
        if isinstance(atom, Func):
            return one(
                replace(atom, bound=(*atom.bound, *more), keywords=(*atom.keywords, *keywords))
            )
        if isinstance(atom, Inst):
            function = self.find_method(atom.cls, "__call__")
            if function is not None:
                return one(Func(function, None, (one(atom), *more), keywords))
        if isinstance(atom, ClassRef):
            return UNKNOWN
        return one(atom)

    def builtin(
        self, name: str, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value:
        first = arguments.get(0)
        if name == "getattr":
            key = self.constant(arguments.get(1))
            if not first - NONE and key in host.REGISTRARS:
                if self.speaks_flask(frame.scope.module):
                    return one(Registrar(key, "app"))
            found: set[Atom] = set(arguments.get(2))
            for each in arguments.get(1):
                if isinstance(each, Const) and isinstance(each.value, str):
                    for atom in first:
                        found |= self.attribute(atom, each.value, frame)
            return frozenset(found)
        if name in _KEEPS_ITEMS:
            if name == "filter":
                first = arguments.get(1)
            return frozenset(
                replace(a, exact=a.exact and name in ("list", "tuple", "iter"))
                if isinstance(a, Seq)
                else a
                for a in first
            ) or one(Seq((), exact=not arguments.positional))
        if name == "map":
            found = set()
            for atom in first:
                item = self.items(arguments.get(1))
                found |= self.call(atom, Arguments([item]), frame, node)
            return one(Seq((frozenset(found),), exact=False))
        if name == "zip":
            row = Seq(tuple(self.items(value) for value in arguments.positional), kind="tuple")
            return one(Seq((one(row),), exact=False))
        if name == "enumerate":
            row = Seq((one(Data("int")), self.items(first)), kind="tuple")
            return one(Seq((one(row),), exact=False))
        if name == "next":
            return self.items(first) | arguments.get(1)
        if name == "type" and len(arguments.positional) == 1:
            return frozenset(ClassRef(a.cls) for a in first if isinstance(a, Inst)) | frozenset(
                Ext("flask.Response") for a in first if a == HostObject("response")
            )
        if name == "vars":
            return UNKNOWN
        if name in ("staticmethod", "classmethod"):
            return first
        if name in _NUMBERS:
            return one(Data("bool"))
        if name in _TEXT:
            return NONE if name == "print" else one(Data("value"))
        if name == "super":
            return UNKNOWN
        if name == "object":
            return UNKNOWN
        return one(Obj(f"builtins.{name}()", self.place(node, frame), flags=self.flags(arguments)))


def _only_raises(function: Function) -> bool:
    body = getattr(function.node, "body", [])
    return bool(body) and isinstance(body, list) and isinstance(body[-1], ast.Raise)
