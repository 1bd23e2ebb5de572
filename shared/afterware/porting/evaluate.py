"""What an expression stands for, followed through the whole tree.

Names are looked up by what reaches them, attributes through classes and instances, calls through
the functions called, with their arguments. Nothing is run.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from . import host
from .index import Binding, Call, Class, Function, Module, Scope, Store, terminal_name
from .project import Package, Project
from .values import (
    NONE,
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Func,
    Host,
    HostAttr,
    Inst,
    Map,
    ModuleRef,
    Obj,
    Part,
    Reg,
    Seq,
    Value,
    Wrapped,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["THREAD_LOCALS", "Arguments", "Evaluator", "Frame"]

_DEEP = 90  # expressions inside one another, through names and calls
_FRAMES = 24  # calls inside one another
_WIDE = 40  # atoms of one value
_STEPS = 60_000  # expressions that one question may lead to
_SITES = 60  # places that call a function

_TRANSPARENT = (
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
    "flask.copy_current_request_context",
    "flask.stream_with_context",
    "blinker.",
    "atexit.",
)
_KEEPS_ITEMS = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "filter"}
)
_TEXT = frozenset(
    """abs all any ascii bin bool bytearray bytes chr complex dir divmod float format hash hex id
    input int isinstance issubclass len max memoryview min oct ord pow print range repr round
    str sum hasattr callable""".split()
)
_NUMBERS = frozenset({"bool", "isinstance", "issubclass", "hasattr", "callable", "all", "any"})


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
_CONTAINERS = ("collections.", "weakref.", "types.", "queue.", "builtins.", "dataclasses.field")
_TAKES = (".get", ".get_nowait", ".items", ".keys", ".pop", ".popitem", ".popleft", ".values")
# Methods of headers and the like that change them and give nothing back.
_CHANGES = frozenset(
    "add add_header append clear discard extend insert remove set setlist update".split()
)


@dataclass(eq=False)
class Frame:
    """A scope with what its parameters stand for.

    :param arguments: by parameter; None stands for whatever the callers in the tree pass.
    :param parent: the frame of the scope around.
    """

    scope: Scope
    parent: Frame | None
    arguments: dict[str, Value] | None = None
    depth: int = 0
    cache: dict[int, Value] = field(default_factory=dict, repr=False)
    busy: set[int] = field(default_factory=set, repr=False)


@dataclass(slots=True)
class Arguments:
    """What a call passes.

    :param rest: what items of a `*args` may be, where their number is not known.
    """

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    rest: Value = UNKNOWN
    more_keywords: bool = False

    def every(self) -> Iterable[Value]:
        """Each value that is passed."""
        yield from self.positional
        yield from self.keywords.values()
        if self.rest:
            yield self.rest

    def get(self, index: int, name: str = "") -> Value:
        """What is passed at this position or under this name."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name, UNKNOWN)


class Evaluator:
    """Evaluates expressions of a project.

    :param project: the files.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        # Functions known to be given the response, by being registered: parameter by name.
        self.given: dict[Function, dict[str, Value]] = {}
        self._generic: dict[int, Frame] = {}
        self._called: dict[Any, Frame] = {}
        self._callers: dict[Function, list[Call]] = {}
        self._mros: dict[Class, tuple[list[Class], list[str]]] = {}
        self._depth = 0
        self._cuts = 0
        self._steps = 0
        self.limit = _STEPS

    @property
    def exhausted(self) -> bool:
        """Whether the question led further than is followed."""
        return self._steps > self.limit

    def begin(self) -> None:
        """Start on a new question, with the whole allowance of steps."""
        self._steps = 0

    # Frames

    def frame(self, scope: Scope) -> Frame:
        """The frame of a scope whose parameters stand for what all callers pass."""
        found = self._generic.get(id(scope))
        if found is None:
            parent = self.frame(scope.parent) if scope.parent is not None else None
            found = self._generic[id(scope)] = Frame(scope, parent)
        return found

    def forget(self) -> None:
        """Forget what was found out, now that more is given."""
        for frame in (*self._generic.values(), *self._called.values()):
            frame.cache.clear()

    def call_frame(self, func: Func, arguments: Arguments, caller: Frame) -> Frame:
        """The frame of a call: the function's parameters bound to what is passed."""
        function = func.function
        parent = func.frame
        if parent is None and function.parent is not None:
            parent = self.frame(function.parent)
        if caller.depth >= _FRAMES:
            return self.frame(function)
        bound = self.bind(function, func, arguments)
        key = (
            function,
            id(parent),
            tuple(sorted(bound.items(), key=lambda item: item[0])),
        )
        found = self._called.get(key)
        if found is None:
            found = self._called[key] = Frame(function, parent, bound, caller.depth + 1)
        return found

    def bind(self, function: Function, func: Func, arguments: Arguments) -> dict[str, Value]:
        """What each parameter stands for; one that is not passed has its default."""
        spec = function.args
        names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        passed = [*func.bound, *arguments.positional]
        bound: dict[str, Value] = dict(zip(names, passed, strict=False))
        extra = passed[len(names) :]
        if arguments.rest:
            for name in names[len(passed) :]:
                bound[name] = arguments.rest
            extra.append(arguments.rest)
        if spec.vararg is not None:
            bound[spec.vararg.arg] = one(Seq(tuple(extra), not arguments.rest, "tuple"))
        keywords = {**dict(func.keywords), **arguments.keywords}
        known = {*names, *(each.arg for each in spec.kwonlyargs)}
        for name in known & keywords.keys():
            bound[name] = keywords[name]
        if spec.kwarg is not None:
            others = tuple((k, v) for k, v in keywords.items() if k not in known)
            bound[spec.kwarg.arg] = one(Map(others))
        for name in known - bound.keys():
            bound[name] = self.default(function, name)
        return bound

    def default(self, function: Function, name: str) -> Value:
        """What a parameter's default stands for."""
        spec = function.args
        ordered = [*spec.posonlyargs, *spec.args]
        outer = self.frame(function.parent) if function.parent is not None else None
        if outer is None:
            return UNKNOWN
        for each, default in zip(reversed(ordered), reversed(spec.defaults), strict=False):
            if each.arg == name:
                return self.eval(default, outer)
        for each, keyword_default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            if each.arg == name and keyword_default is not None:
                return self.eval(keyword_default, outer)
        return UNKNOWN

    # Expressions

    def eval(self, node: ast.AST | None, frame: Frame) -> Value:
        """What an expression may stand for, in a frame."""
        if node is None:
            return UNKNOWN
        key = id(node)
        found = frame.cache.get(key)
        if found is not None:
            return found
        if key in frame.busy or self._depth > _DEEP or self._steps > self.limit:
            self._cuts += 1
            return UNKNOWN
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            return UNKNOWN
        frame.busy.add(key)
        self._depth += 1
        self._steps += 1
        cuts = self._cuts
        try:
            value: Value = method(node, frame)
        finally:
            self._depth -= 1
            frame.busy.discard(key)
        if len(value) > _WIDE:
            value = frozenset(sorted(value, key=repr)[:_WIDE])
        if cuts == self._cuts or self._depth == 0 or self._steps > self.limit // 2:
            frame.cache[key] = value
        return value

    def _Constant(self, node: ast.Constant, _: Frame) -> Value:
        if isinstance(node.value, (str, int, bool, type(None))):
            return one(Const(node.value))
        return one(Data(type(node.value).__name__))

    def _JoinedStr(self, _: ast.JoinedStr, __: Frame) -> Value:
        return one(Data("str"))

    def _Compare(self, _: ast.Compare, __: Frame) -> Value:
        return one(Data("bool"))

    def _UnaryOp(self, node: ast.UnaryOp, _: Frame) -> Value:
        return one(Data("bool")) if isinstance(node.op, ast.Not) else one(Data("number"))

    def _BinOp(self, node: ast.BinOp, frame: Frame) -> Value:
        left, right = self.eval(node.left, frame), self.eval(node.right, frame)
        joined: list[Atom] = []
        for a in left:
            if isinstance(a, Const) and isinstance(a.value, str):
                joined.append(Data("str"))
            elif isinstance(a, Seq):
                joined += [
                    Seq((*a.items, *b.items), a.exact and b.exact, a.kind)
                    for b in right
                    if isinstance(b, Seq)
                ]
            elif isinstance(a, Obj) and isinstance(node.op, ast.Div):
                joined.append(a)  # a path below another
            elif isinstance(a, (Data, Map)):
                joined.append(a)
        return frozenset(joined)

    def _BoolOp(self, node: ast.BoolOp, frame: Frame) -> Value:
        values = [self.eval(each, frame) for each in node.values]
        if isinstance(node.op, ast.Or):
            kept = [
                frozenset(a for a in value if not (isinstance(a, Const) and not a.value))
                for value in values[:-1]
            ]
        else:
            kept = [
                frozenset(a for a in value if isinstance(a, Const) and not a.value)
                for value in values[:-1]
            ]
        return frozenset().union(*kept, values[-1])

    def _IfExp(self, node: ast.IfExp, frame: Frame) -> Value:
        return self.eval(node.body, frame) | self.eval(node.orelse, frame)

    def _NamedExpr(self, node: ast.NamedExpr, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _Await(self, node: ast.Await, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _Starred(self, node: ast.Starred, frame: Frame) -> Value:
        return self.items(self.eval(node.value, frame))

    def _Lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        scope = self._scope_made_by(node, frame)
        return one(Func(scope, frame)) if isinstance(scope, Function) else UNKNOWN

    def _List(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
        items: list[Value] = []
        exact = True
        for each in node.elts[:_SITES]:
            if isinstance(each, ast.Starred):
                inner = self.eval(each.value, frame)
                for atom in inner:
                    if isinstance(atom, Seq):
                        items.extend(atom.items)
                exact = exact and len(inner) == 1
            else:
                items.append(self.eval(each, frame))
        return one(Seq(tuple(items), exact, type(node).__name__.lower()))

    _Tuple = _List
    _Set = _List

    def _Dict(self, node: ast.Dict, frame: Frame) -> Value:
        items: list[tuple[Any, Value]] = []
        for key, each in list(zip(node.keys, node.values, strict=True))[:_SITES]:
            value = self.eval(each, frame)
            if key is None:
                for atom in value:
                    if isinstance(atom, Map):
                        items.extend(atom.items)
            else:
                items.append((self.constant(self.eval(key, frame)), value))
        return one(Map(tuple(items)))

    def _ListComp(self, node: Any, frame: Frame) -> Value:
        return one(Seq((self.eval(node.elt, frame),), exact=False))

    _SetComp = _ListComp
    _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp, frame: Frame) -> Value:
        return one(Map(((None, self.eval(node.value, frame)),)))

    def _Subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base = self.eval(node.value, frame)
        key = self.constant(self.eval(node.slice, frame))
        found: set[Atom] = set()
        for atom in base:
            if isinstance(atom, Seq):
                if isinstance(node.slice, ast.Slice):
                    found.add(replace(atom, exact=False))
                elif atom.exact and isinstance(key, int) and -len(atom.items) <= key:
                    if key < len(atom.items):
                        found |= atom.items[key]
                else:
                    found |= atom.any()
            elif isinstance(atom, Map):
                found |= atom.any() if key is None else atom.get(key)
            elif isinstance(atom, Part):
                found.add(atom)
            elif isinstance(atom, Obj):
                found |= _item_of(atom)
            elif isinstance(atom, Ext):
                found.add(Obj(atom.path + "[]"))
            elif isinstance(atom, Host):
                if atom.kind == "funcs":
                    found.add(Host("funclist"))
                elif atom.kind in ("session", "app"):
                    found.add(Part(atom.kind))
            elif isinstance(atom, Inst):
                found |= self.call_method(atom, "__getitem__", Arguments([UNKNOWN]), frame)
        found |= self.stored_items(node.value, frame)
        return frozenset(found)

    def stored_items(self, base: ast.expr, frame: Frame) -> Value:
        """What is put under a key of a module's or class's own dict: `TABLE["a"] = f`."""
        if not isinstance(base, ast.Name):
            return UNKNOWN
        found: set[Atom] = set()
        for scope in {frame.scope, frame.scope.module}:
            inner = frame if scope is frame.scope else self.frame(scope)
            for value in scope.items.get(base.id, ()):
                found |= self.eval(value, inner)
        return frozenset(found)

    # Names

    def _Name(self, node: ast.Name, frame: Frame) -> Value:
        bound = frame.scope.reach.get(id(node))
        if bound:
            return self.bindings(bound, frame)
        return self.name(node.id, frame)

    def name(self, name: str, frame: Frame) -> Value:
        """What a name stands for inside a scope, whatever stands before or after."""
        here: Frame | None = frame
        while here is not None:
            scope = here.scope
            visible = here is frame or not isinstance(scope, Class)
            if visible and name in scope.bindings and name not in scope.outer_names:
                if isinstance(scope, Module):
                    return self.global_name(scope, name, frame)
                value = self.bindings(tuple(scope.bindings[name]), here)
                return value if here is frame else _from_around(value)
            here = here.parent
        return self.global_name(frame.scope.module, name, frame)

    def global_name(self, module: Module, name: str, frame: Frame | None = None) -> Value:
        """What a name of a module stands for."""
        top = self.frame(module)
        bound = module.exit.get(name, ())
        everything = module.bindings.get(name, [])
        # What functions assign by `global` comes on top of what the module's own code leaves.
        bound = (*bound, *(each for each in everything if each.scope is not module))
        if not bound and everything:
            bound = tuple(everything)
        value: Value = UNKNOWN
        if bound:
            value = frozenset().union(
                *(self.binding(each, self._frame_for(each, top)) for each in bound)
            )
        else:
            for level, dotted in module.stars:
                origin = self.project.find(module, level, dotted)
                if isinstance(origin, Module):
                    if origin is not module:
                        value |= self.global_name(origin, name)
                elif origin is None and dotted.partition(".")[0] == "flask":
                    if name in host.FLASK_NAMES:
                        value |= self.external(f"flask.{name}")
            if not value and hasattr(builtins, name):
                return one(Ext(f"builtins.{name}"))
        if frame is None or frame.scope is not module:
            value = frozenset(
                replace(atom, left=True) if isinstance(atom, Obj) else atom for atom in value
            )
        return value

    def _frame_for(self, binding: Binding, top: Frame) -> Frame:
        return top if binding.scope is top.scope else self.frame(binding.scope)

    def bindings(self, bound: Sequence[Binding], frame: Frame) -> Value:
        if len(bound) == 1:
            return self.binding(bound[0], frame)
        return frozenset().union(*(self.binding(each, frame) for each in bound))

    def binding(self, binding: Binding, frame: Frame) -> Value:
        """What a name stands for where this binding of it holds."""
        key = id(binding)
        found = frame.cache.get(key)
        if found is not None:
            return found
        if key in frame.busy or self._depth > _DEEP:
            self._cuts += 1
            return UNKNOWN
        frame.busy.add(key)
        self._depth += 1
        cuts = self._cuts
        try:
            value = self._binding(binding, frame)
        finally:
            self._depth -= 1
            frame.busy.discard(key)
        if cuts == self._cuts or self._depth == 0 or self._steps > self.limit // 2:
            frame.cache[key] = value
        return value

    def _binding(self, binding: Binding, frame: Frame) -> Value:
        kind, value = binding.kind, binding.value
        if kind == "assign":
            return self.unpack(self.eval(value, frame), binding.path)
        if kind == "item":
            return self.unpack(self.items(self.eval(value, frame)), binding.path)
        if kind == "with":
            return self.unpack(self.entered(value, frame), binding.path)
        if kind == "param":
            return self.parameter(value, frame)
        if kind == "scope":
            return self.defined(value, frame)
        if kind == "import":
            return self.imported(binding.scope.module, *value)
        if kind == "narrow":
            whole = self.bindings(value, frame)
            return frozenset(a for a in whole if not (isinstance(a, Const) and a.value is None))
        if kind == "augment":
            expression, before = value
            added = self.eval(expression, frame)
            old = self.bindings(before, frame)
            merged: set[Atom] = set()
            for a in old:
                if isinstance(a, Seq):
                    extra = [b for b in added if isinstance(b, Seq)]
                    merged.update(Seq((*a.items, *b.items), a.exact, a.kind) for b in extra)
                else:
                    merged.add(Data("str") if isinstance(a, Const) else a)
            return frozenset(merged)
        return UNKNOWN

    def defined(self, scope: Scope, frame: Frame) -> Value:
        """What a `def` or `class` statement binds its name to, decorators and all."""
        if isinstance(scope, Class):
            return one(ClassRef(scope))
        assert isinstance(scope, Function)
        return self.decorated(scope, frame)

    def decorated(self, function: Function, frame: Frame, upto: int | None = None) -> Value:
        """A function with its decorators applied, the outermost *upto* of them left out."""
        value: Value = one(Func(function, frame))
        decorators = function.decorators
        for decorator in reversed(decorators[upto or 0 :]):
            value = self.apply(self.eval(decorator, frame), value, frame, decorator)
        return value

    def apply(self, decorators: Value, value: Value, frame: Frame, node: ast.expr) -> Value:
        """What a decorator makes of a function."""
        result: set[Atom] = set()
        for atom in decorators:
            if isinstance(atom, (Func, Inst, ClassRef)):
                result |= self.call(atom, Arguments([value]), frame, node)
            elif isinstance(atom, (Ext, Obj)) and not atom.path.startswith(_TRANSPARENT):
                if self._registers_only(node):
                    result |= value
                else:
                    result.add(Wrapped(atom.path, value))
            else:
                result |= value
        return frozenset(result) or value

    def _registers_only(self, node: ast.expr) -> bool:
        """Whether a decorator outside the tree is of the kind that gives back what it takes."""
        return (
            terminal_name(node)
            in (
                "route get post put patch delete before_request after_request teardown_request"
                " teardown_appcontext before_app_request after_app_request teardown_app_request"
                " errorhandler app_errorhandler context_processor app_context_processor"
                " url_value_preprocessor template_filter template_global connect connect_via"
                " user_loader request_loader record record_once listens_for register command"
                " before_first_request shell_context_processor call_on_close after_this_request"
            ).split()
        )

    def _scope_made_by(self, node: ast.AST, frame: Frame) -> Scope | None:
        return frame.scope.module.scopes.get(-id(node))

    def imported(self, module: Module, level: int, dotted: str, name: str | None) -> Value:
        """What an import binds."""
        origin = self.project.find(module, level, dotted)
        if name is None:
            if isinstance(origin, Module):
                return one(ModuleRef(origin))
            if isinstance(origin, Package):
                return one(PackageRef(origin))
            return self.external(dotted)
        if isinstance(origin, Module):
            return self.module_attribute(origin, name)
        if isinstance(origin, Package):
            below = self.project.below(origin, name)
            if isinstance(below, Module):
                return one(ModuleRef(below))
            return one(PackageRef(below)) if below is not None else UNKNOWN
        return self.external(f"{dotted}.{name}" if dotted else name)

    def module_attribute(self, module: Module, name: str) -> Value:
        if name in module.bindings:
            value = self.global_name(module, name)
            if value:
                return value
        below = self.project.submodule(module, name)
        if isinstance(below, Module):
            return one(ModuleRef(below))
        if below is not None:
            return one(PackageRef(below))
        if name in module.bindings:
            return UNKNOWN
        value = self.global_name(module, name)
        if value and not all(isinstance(a, Ext) and a.path.startswith("builtins.") for a in value):
            return value
        stored: set[Atom] = set()
        for store in self.project.stores(name, module):
            if ModuleRef(module) in self.eval(store.base, self.frame(store.scope)):
                stored |= self._stored(store)
        return frozenset(stored)

    def external(self, path: str) -> Value:
        """Something that is not in the tree, by the name that is its proper one."""
        top, _, rest = path.partition(".")
        if top == "flask":
            last = path.rpartition(".")[2]
            if last in host.FLASK_NAMES and "()" not in path:
                path = f"flask.{last}"
            if path in ("flask.wrappers.Response", "flask.wrappers.Request"):
                path = f"flask.{last}"
            name = path.removeprefix("flask.")
            if name in host.PROXIES:
                return one(Host(host.PROXIES[name]))
            if name == "after_this_request":
                return one(Reg("after_this_request", ""))
        elif top == "werkzeug" and rest.rpartition(".")[2] in ("Response", "BaseResponse"):
            path = "werkzeug.Response"
        elif path == "werkzeug.local.LocalProxy":
            return one(Ext("werkzeug.local.LocalProxy"))
        return one(Ext(path))

    # Parameters

    def parameter(self, name: str, frame: Frame) -> Value:
        """What a parameter stands for: what is passed, or what all callers pass."""
        function = frame.scope
        assert isinstance(function, Function)
        if frame.arguments is not None:
            return frame.arguments.get(name, UNKNOWN)
        value: set[Atom] = set(self.given.get(function, {}).get(name, UNKNOWN))
        spec = function.args
        ordered = [*spec.posonlyargs, *spec.args]
        owner = function.owner
        if owner is not None and ordered and ordered[0].arg == name and not function.static:
            return one(ClassRef(owner) if function.of_class else Inst(owner))
        for annotated in (*ordered, *spec.kwonlyargs):
            if annotated.arg == name and annotated.annotation is not None:
                value |= self.annotated(annotated.annotation, frame)
        for call in self.callers(function):
            caller = self.frame(call.scope)
            for func, arguments in self.calls_of(call, function, caller):
                bound = self.bind(function, func, arguments)
                value |= bound.get(name, UNKNOWN)
        value |= self.default(function, name)
        return frozenset(value)

    def annotated(self, annotation: ast.expr, frame: Frame) -> Value:
        """What an annotation says that a parameter is, as far as it is a class known here."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except (SyntaxError, ValueError):
                return UNKNOWN
            value = self.eval_detached(annotation, frame)
        elif isinstance(annotation, ast.BinOp):
            return self.annotated(annotation.left, frame) | self.annotated(annotation.right, frame)
        elif isinstance(annotation, ast.Subscript):
            if terminal_name(annotation.value) in ("Optional", "Annotated", "Union"):
                inner = annotation.slice
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return frozenset().union(*(self.annotated(each, frame) for each in parts))
            return UNKNOWN
        else:
            value = self.eval(annotation, frame.parent or frame)
        result: set[Atom] = set()
        for atom in value:
            if isinstance(atom, ClassRef):
                result.add(Inst(atom.cls))
            elif isinstance(atom, Ext):
                result |= self.instance_of(atom.path)
        return frozenset(result)

    def eval_detached(self, node: ast.expr, frame: Frame) -> Value:
        """An expression that is not part of the module's tree."""
        if isinstance(node, ast.Name):
            return self.name(node.id, frame)
        if isinstance(node, ast.Attribute):
            base = self.eval_detached(node.value, frame)
            return frozenset().union(*(self.attribute(atom, node.attr, frame) for atom in base))
        return UNKNOWN

    def instance_of(self, path: str) -> Value:
        """An instance of a class outside the tree; nothing for a built-in type."""
        known = {
            "flask.Flask": Host("app"),
            "flask.Blueprint": Host("blueprint"),
            "flask.Response": Host("response"),
            "werkzeug.Response": Host("response"),
            "flask.Request": Host("request"),
            "werkzeug.wrappers.Request": Host("request"),
        }.get(path)
        if known is not None:
            return one(known)
        if path.startswith(("builtins.", "typing.", "collections.", "types.")):
            return UNKNOWN
        return one(Obj(path + "()", left=True))

    def callers(self, function: Function) -> list[Call]:
        """The places that may call a function, by name."""
        found = self._callers.get(function)
        if found is None:
            found = self._callers[function] = self._find_callers(function)
        return found

    def _find_callers(self, function: Function) -> list[Call]:
        names = {function.name}
        scope = function.parent
        while isinstance(scope, Function):  # an inner function is called as what its outer returned
            names.add(scope.name)
            scope = scope.parent
        if function.name in ("__init__", "__call__") and isinstance(function.parent, Class):
            names = {function.parent.name}
            if function.name == "__call__":
                names.add("")
            names |= {cls.name for cls in self.project.subclasses(self, function.parent)}
        return self.project.calls(names, function.module)[:_SITES]

    def calls_of(
        self, call: Call, function: Function, caller: Frame
    ) -> Iterable[tuple[Func, Arguments]]:
        """How a place calls a function, if it does."""
        if call.decorates is not None:
            decorated = call.decorates
            assert isinstance(decorated, Function)
            index = decorated.decorators.index(call.node)
            for atom in self.eval(call.node, caller):
                if isinstance(atom, Func) and atom.function is function:
                    below = self.decorated(decorated, caller, index + 1)
                    yield atom, Arguments([below])
            return
        node = call.node
        assert isinstance(node, ast.Call)
        for atom in self.eval(node.func, caller):
            if isinstance(atom, Func) and atom.function is function:
                yield atom, self.arguments(node, caller)
            elif isinstance(atom, ClassRef) and function.name == "__init__":
                if function is self.find_method(atom.cls, "__init__"):
                    yield (
                        Func(function, None, (one(Inst(atom.cls)),)),
                        self.arguments(node, caller),
                    )
            elif isinstance(atom, Inst) and function.name == "__call__":
                if function is self.find_method(atom.cls, "__call__"):
                    yield Func(function, None, (one(atom),)), self.arguments(node, caller)
            elif isinstance(atom, Ext) and atom.path in ("functools.partial", "builtins.map"):
                yield from self._indirect(node, function, caller)

    def _indirect(
        self, node: ast.Call, function: Function, caller: Frame
    ) -> Iterable[tuple[Func, Arguments]]:
        for atom in self.eval(node, caller):
            if isinstance(atom, Func) and atom.function is function:
                yield atom, Arguments()

    def arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        """What a call passes."""
        arguments = Arguments()
        for each in node.args:
            if isinstance(each, ast.Starred):
                for atom in self.eval(each.value, frame):
                    if isinstance(atom, Seq) and atom.exact and not arguments.rest:
                        arguments.positional.extend(atom.items)
                        break
                else:
                    arguments.rest |= self.items(self.eval(each.value, frame))
            else:
                arguments.positional.append(self.eval(each, frame))
        for keyword in node.keywords:
            value = self.eval(keyword.value, frame)
            if keyword.arg is not None:
                arguments.keywords[keyword.arg] = value
            else:
                arguments.more_keywords = True
                for atom in value:
                    if isinstance(atom, Map):
                        for key, item in atom.items:
                            if isinstance(key, str):
                                arguments.keywords[key] = item
        return arguments

    # Pieces

    def items(self, value: Value) -> Value:
        """What an item of a value may be, when one iterates over it."""
        found: set[Atom] = set()
        for atom in value:
            if isinstance(atom, Seq):
                found |= atom.any()
            elif isinstance(atom, Map):
                found |= {Const(key) for key, _ in atom.items if key is not None}
            elif isinstance(atom, Obj):
                found |= _item_of(atom)
            elif isinstance(atom, Part):
                found.add(atom)
        return frozenset(found)

    def unpack(self, value: Value, path: tuple[int | None, ...]) -> Value:
        for step in path:
            found: set[Atom] = set()
            for atom in value:
                if isinstance(atom, Seq):
                    if step is not None and atom.exact and step < len(atom.items):
                        found |= atom.items[step]
                    elif step is None or not atom.exact:
                        found |= atom.any()
                elif isinstance(atom, Obj):
                    found |= _item_of(atom)
                elif isinstance(atom, Part):
                    found.add(atom)
            value = frozenset(found)
        return value

    def entered(self, node: ast.expr, frame: Frame) -> Value:
        """What `with node as name` binds."""
        found: set[Atom] = set()
        for atom in self.eval(node, frame):
            if isinstance(atom, Inst):
                result = self.call_method(atom, "__enter__", Arguments(), frame)
                found |= result or {atom}
            elif isinstance(atom, Seq):  # of a function decorated with contextmanager
                found |= atom.any()
            else:
                found.add(atom)
        return frozenset(found)

    @staticmethod
    def constant(value: Value) -> Any:
        """The constant that a value is, or None."""
        if len(value) == 1:
            (atom,) = value
            if isinstance(atom, Const):
                return atom.value
        return None

    # Attributes

    def _Attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        base_node = node.value
        if (
            isinstance(base_node, ast.Call)
            and isinstance(base_node.func, ast.Name)
            and base_node.func.id == "super"
        ):
            return self.of_super(node.attr, frame)
        # None has no attributes: a parameter that is None by default is something else here.
        base = self.eval(base_node, frame) - NONE
        found: set[Atom] = set()
        for atom in base:
            found |= self.attribute(atom, node.attr, frame)
        if not base or node.attr in ("call_on_close",):
            found |= self.attribute_of_unknown(node, base, frame)
        return frozenset(found)

    def attribute_of_unknown(self, node: ast.Attribute, base: Value, frame: Frame) -> Value:
        """An attribute of something of which nothing is known."""
        name = node.attr
        module = frame.scope.module
        if name in host.REGISTRARS and self.project.speaks_flask(module):
            receiver = "blueprint" if _looks_like_blueprint(node.value) else "app"
            return one(Reg(name, receiver))
        if name == "after_request_funcs" and self.project.speaks_flask(module):
            return one(Host("funcs"))
        if name == "call_on_close" and not base and self.project.speaks_flask(module):
            if terminal_name(node.value) not in ("ctx", "context", "click_context"):
                return one(Reg(name, ""))
        found: set[Atom] = set()
        if not base:
            for store in self.project.stores(name, module):
                if _same_text(store.base, node.value):
                    found |= self._stored(store)
        return frozenset(found)

    def attribute(self, atom: Atom, name: str, frame: Frame) -> Value:
        """What an attribute of one thing may be."""
        if isinstance(atom, ModuleRef):
            return self.module_attribute(atom.module, name)
        if isinstance(atom, PackageRef):
            below = self.project.below(atom.package, name)
            if isinstance(below, Module):
                return one(ModuleRef(below))
            return one(PackageRef(below)) if below is not None else UNKNOWN
        if isinstance(atom, (Inst, ClassRef)):
            return self.member(atom, name, frame)
        if isinstance(atom, Host):
            return self.host_attribute(atom, name, frame)
        if isinstance(atom, Ext):
            return self.external_attribute(atom, name, frame)
        if isinstance(atom, Obj):
            if name in host.REGISTRARS and not self.foreign_to_flask(atom.path):
                blueprint = "Blueprint" in atom.path
                return one(Reg(name, "blueprint" if blueprint else "app"))
            if name == "after_request_funcs" and not self.foreign_to_flask(atom.path):
                return one(Host("funcs"))
            if name == "call_on_close" and not self.foreign_to_flask(atom.path):
                return one(Reg(name, ""))
            if atom.path.startswith("flask.") and name == "request":
                return one(Host("request"))
            if name == "_get_current_object":
                return one(atom)
            if atom.path in THREAD_LOCALS:
                return self._left_on(atom, name, frame)
            return one(replace(atom, path=f"{atom.path}.{name}"))
        if isinstance(atom, Part):
            return one(Part(f"{atom.path}.{name}"))
        if isinstance(atom, Func):
            if name in ("__wrapped__", "__func__", "__call__"):
                return one(atom)
            if name == "__get__":
                return one(Ext("builtins.function.__get__"))
            for store in self.project.stores(name, frame.scope.module):
                if atom in self.eval(store.base, self.frame(store.scope)):
                    return self._stored(store)
            return one(Ext(f"builtins.function.{name}"))
        if isinstance(atom, Wrapped):
            return one(Obj(f"{atom.path}().{name}"))
        if isinstance(atom, (Const, Data)):
            return one(Data("method"))
        return UNKNOWN

    def external_attribute(self, atom: Ext, name: str, frame: Frame) -> Value:
        path = atom.path
        if path in ("flask._request_ctx_stack", "flask._app_ctx_stack", "flask.globals"):
            return one(Ext(f"{path}.{name}"))
        if path.startswith("flask.") and path.endswith((".top", "request_ctx", "app_ctx")):
            if name == "request":
                return one(Host("request"))
            if name == "app":
                return one(Host("app"))
            if name not in ("push", "pop", "session", "url_adapter", "match_request"):
                return self._left_on_context(name, frame)
        if name in host.REGISTRARS and "." in path and not self.foreign_to_flask(path):
            blueprint = "blueprint" in path.lower() or path.endswith("bp")
            return one(Reg(name, "blueprint" if blueprint else "app"))
        if name == "after_request_funcs" and not self.foreign_to_flask(path):
            return one(Host("funcs"))
        return self.external(f"{path}.{name}")

    def _left_on_context(self, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of a request's or an app's context."""
        found: set[Atom] = set()
        for store in self.project.stores(name, frame.scope.module):
            base = self.eval(store.base, self.frame(store.scope))
            if any(isinstance(a, Ext) and a.path.endswith((".top", "_ctx")) for a in base):
                found |= self._stored(store)
        return frozenset(found)

    def _left_on(self, atom: Obj, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of one object of a library."""
        found: set[Atom] = set()
        for store in self.project.stores(name, frame.scope.module):
            base = self.eval(store.base, self.frame(store.scope))
            if any(isinstance(a, Obj) and (a.path, a.site) == (atom.path, atom.site) for a in base):
                found |= self._stored(store)
        return frozenset(found)

    def _set_in(self, atom: Obj, frame: Frame) -> Value:
        """What the tree sets a ContextVar to."""
        found: set[Atom] = set()
        path = atom.path.removesuffix(".get")
        for call in self.project.calls({"set"}, frame.scope.module)[:_SITES]:
            if isinstance(call.node, ast.Call) and isinstance(call.node.func, ast.Attribute):
                inner = self.frame(call.scope)
                base = self.eval(call.node.func.value, inner)
                if any(isinstance(a, Obj) and (a.path, a.site) == (path, atom.site) for a in base):
                    for each in call.node.args[:1]:
                        found |= self.eval(each, inner)
        return frozenset(
            replace(each, left=True) if isinstance(each, Obj) else each for each in found
        )

    def foreign_to_flask(self, path: str) -> bool:
        """Whether something outside the tree belongs to a framework that is not Flask."""
        top = path.partition(".")[0].removesuffix("()")
        return top in host.NOT_FLASK or top.startswith(("quart", "sanic", "starlette", "django"))

    def host_attribute(self, atom: Host, name: str, frame: Frame) -> Value:
        kind = atom.kind
        if name == "_get_current_object":
            return one(HostAttr(kind, name))
        if kind in ("app", "blueprint"):
            if name in host.REGISTRARS:
                return one(Reg(name, kind))
            if name == "after_request_funcs":
                return one(Host("funcs"))
            if name == "logger":
                return one(Obj("logging.getLogger()"))
            if name == "response_class":
                custom = self._stores_on(kind, name, frame)
                return custom or one(Ext("flask.Response"))
            if name in host.APP_COROUTINES or name in host.APP_MISSING:
                return one(HostAttr(kind, name))
            if name in host.APP_PARTS:
                return one(Part(f"{kind}.{name}"))
            return self._stores_on(kind, name, frame)
        if kind == "g":
            if name in ("get", "pop", "setdefault"):
                return one(HostAttr("g", name))
            stored = self._stores_on("g", name, frame)
            return stored or UNKNOWN
        if kind == "response":
            if name == "call_on_close":
                return one(Reg(name, ""))
            if name in host.RESPONSE_COROUTINES or name in host.RESPONSE_MISSING:
                return one(HostAttr(kind, name))
            if name in host.RETURNS_NONE:
                return one(HostAttr(kind, name))
            if name == "__class__":
                return one(Ext("flask.Response"))
            stored = self._stores_on(kind, name, frame)
            return stored | one(Part(f"response.{name}"))
        if kind == "request":
            if name in host.REQUEST_COROUTINES or name in host.REQUEST_MISSING:
                return one(HostAttr(kind, name))
            stored = self._stores_on(kind, name, frame)
            return stored or one(Part(f"request.{name}"))
        if kind in ("funcs", "funclist"):
            return one(HostAttr(kind, name))
        return one(Part(f"{kind}.{name}"))

    def _stores_on(self, kind: str, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of a host's object."""
        found: set[Atom] = set()
        for store in self.project.stores(name, frame.scope.module):
            base = self.eval(store.base, self.frame(store.scope))
            if Host(kind) in base or (
                not base and kind == "app" and "app" in terminal_name(store.base).lower()
            ):
                found |= self._stored(store)
        return frozenset(found)

    def _stored(self, store: Store) -> Value:
        if not isinstance(store.value, ast.expr):
            return UNKNOWN
        value = self.eval(store.value, self.frame(store.scope))
        return frozenset(
            replace(atom, left=True) if isinstance(atom, Obj) else atom for atom in value
        )

    # Classes

    def mro(self, cls: Class) -> tuple[list[Class], list[str]]:
        """The classes of the tree that a class inherits from, itself first, and those outside."""
        known = self._mros.get(cls)
        if known is not None:
            return known
        cuts = self._cuts
        inside: list[Class] = []
        outside: list[str] = []
        stack = [cls]
        while stack:
            each = stack.pop(0)
            if each in inside:
                continue
            inside.append(each)
            for base in each.bases:
                frame = self.frame(each.parent) if each.parent else self.frame(each.module)
                for atom in self.eval(base, frame):
                    if isinstance(atom, ClassRef):
                        stack.append(atom.cls)
                    elif isinstance(atom, (Ext, Obj)):
                        outside.append(atom.path)
        if cuts == self._cuts:
            self._mros[cls] = inside, outside
        return inside, outside

    def find_method(self, cls: Class, name: str) -> Function | None:
        """The method that a class has under a name, by itself or from the tree's classes."""
        for each in self.mro(cls)[0]:
            for binding in reversed(each.bindings.get(name, [])):
                if binding.kind == "scope" and isinstance(binding.value, Function):
                    return binding.value
        return None

    def member(self, atom: Inst | ClassRef, name: str, frame: Frame) -> Value:
        """An attribute of an instance or a class of the tree."""
        inside, outside = self.mro(atom.cls)
        found: set[Atom] = set()
        for each in inside:
            bound = each.exit.get(name) or tuple(each.bindings.get(name, ()))
            if bound:
                for binding in bound:
                    found |= self._member(binding, each, atom, frame)
                break
        if isinstance(atom, Inst):
            found = {
                a for a in found if not (isinstance(a, Obj) and a.path == "dataclasses.field()")
            }
            for each in inside:
                if name in each.annotations:
                    found |= self.field_value(each, atom.cls, name)
            if atom.frame is None:
                for below in self.project.subclasses(self, atom.cls):
                    for binding in below.exit.get(name, ()):
                        if binding.kind == "scope":
                            found |= self._member(binding, below, Inst(below), frame)
            if not found or not any(isinstance(each, Func) for each in found):
                found |= self.instance_stores(atom, name, inside)
        if found:
            return frozenset(found)
        if any(base == "flask.Flask" for base in outside):
            return self.host_attribute(Host("app"), name, frame)
        if any(base == "flask.Blueprint" for base in outside):
            return self.host_attribute(Host("blueprint"), name, frame)
        if any(base in ("flask.Response", "werkzeug.Response") for base in outside):
            return self.host_attribute(Host("response"), name, frame)
        for base in outside:
            if base in ("builtins.object", "typing.Generic", "abc.ABC", "typing.Protocol"):
                continue
            if isinstance(atom, Inst):
                found |= self.attribute(Obj(f"{base}()", left=True), name, frame)
            else:
                found |= self.attribute(Ext(base), name, frame)
        if not found and self.find_method(atom.cls, "__getattr__") is not None:
            getter = self.find_method(atom.cls, "__getattr__")
            assert getter is not None
            func = Func(getter, None, (one(atom),))
            found |= self.call(func, Arguments([one(Const(name))]), frame, None)
        if not found and not outside and name in host.REGISTRARS and atom.cls.node.keywords:  # type: ignore[attr-defined]
            return one(Reg(name, "app"))
        return frozenset(found)

    def _member(self, binding: Binding, cls: Class, atom: Inst | ClassRef, frame: Frame) -> Value:
        value = self.binding(binding, self.frame(cls))
        if binding.kind != "scope" or not isinstance(binding.value, Function):
            # A function that a class attribute holds becomes a method as well.
            if isinstance(atom, Inst):
                value = frozenset(
                    replace(each, bound=(one(atom), *each.bound))
                    if isinstance(each, Func) and isinstance(each.function.node, ast.Lambda)
                    else each
                    for each in value
                )
            return value
        function = binding.value
        if function.static:
            return value
        if function.of_class:
            return _bound(value, one(ClassRef(atom.cls)))
        if isinstance(atom, Inst):
            value = _bound(value, one(atom))
            if function.is_property:
                called: set[Atom] = set()
                for each in value:
                    called |= self.call(each, Arguments(), frame, None)
                return frozenset(called)
        return value

    def field_value(self, owner: Class, cls: Class, name: str) -> Value:
        """What a field of a class with annotations holds: by its type, and by what is passed."""
        frame = self.frame(owner)
        value = self.annotated(owner.annotations[name], Frame(owner, frame))
        if self.find_method(cls, "__init__") is not None:
            return value
        fields = list(owner.annotations)
        for call in self.project.calls({cls.name}, cls.module)[:_SITES]:
            if not isinstance(call.node, ast.Call) or call.decorates is not None:
                continue
            caller = self.frame(call.scope)
            if ClassRef(cls) in self.eval(call.node.func, caller):
                value |= self.arguments(call.node, caller).get(fields.index(name), name)
        return value

    def instance_stores(self, atom: Inst, name: str, inside: list[Class]) -> Value:
        """What methods assign to an attribute of `self`."""
        found: set[Atom] = set()
        related = {*inside, *self.project.subclasses(self, atom.cls)}
        for store in self.project.stores(name, atom.cls.module):
            function = store.scope
            if not (isinstance(function, Function) and function.owner in related):
                base = self.eval(store.base, self.frame(store.scope))
                if any(isinstance(each, Inst) and each.cls in related for each in base):
                    found |= self._stored(store)
                continue
            ordered = [*function.args.posonlyargs, *function.args.args]
            if not (
                ordered
                and isinstance(store.base, ast.Name)
                and store.base.id == ordered[0].arg
                and isinstance(store.value, ast.expr)
            ):
                continue
            if atom.frame is not None and function is atom.frame.scope:
                value = self.eval(store.value, atom.frame)
            else:
                value = self.eval(store.value, self.frame(function))
            found |= {replace(each, left=True) if isinstance(each, Obj) else each for each in value}
        return frozenset(found)

    def of_super(self, name: str, frame: Frame) -> Value:
        """An attribute that is looked up from the base classes on."""
        here: Frame | None = frame
        while here is not None and not (
            isinstance(here.scope, Function) and here.scope.owner is not None
        ):
            here = here.parent
        if here is None:
            return UNKNOWN
        function = here.scope
        assert isinstance(function, Function)
        owner = function.owner
        assert owner is not None
        ordered = [*function.args.posonlyargs, *function.args.args]
        myself = self.parameter(ordered[0].arg, here) if ordered else UNKNOWN
        inside, outside = self.mro(owner)
        for each in inside[1:]:
            for binding in each.exit.get(name, ()):
                value = self.binding(binding, self.frame(each))
                if binding.kind == "scope" and isinstance(binding.value, Function):
                    return value if binding.value.static else _bound(value, myself)
                return value
        if "flask.Flask" in outside:
            return one(HostAttr("app", name))
        found: set[Atom] = set()
        for base in outside:
            if base not in ("builtins.object", "typing.Generic", "abc.ABC"):
                found.add(Obj(f"{base}().{name}"))
        return frozenset(found) or one(Data("method"))

    # Calls

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
                return (atom.any() if key is None else atom.get(key)) | arguments.get(1)
            if name == "values":
                return one(Seq((atom.any(),), exact=False))
            if name == "items":
                keys = frozenset(Const(key) for key, _ in atom.items if key is not None)
                pair = Seq((keys, atom.any()), kind="tuple")
                return one(Seq((one(pair),), exact=False))
            if name in ("keys", "copy"):
                return one(atom)
        elif name == "pop":
            return atom.any()
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
            return self.instantiate(atom, arguments, frame)
        if isinstance(atom, Inst):
            return self.call_method(atom, "__call__", arguments, frame)
        if isinstance(atom, HostAttr):
            return self.host_call(atom, arguments, frame)
        if isinstance(atom, Reg):
            return arguments.get(0)
        if isinstance(atom, Part):
            if atom.path.rpartition(".")[2] in _CHANGES:
                return NONE
            return one(Part(f"{atom.path}()"))
        if isinstance(atom, Data):
            return one(Data("value")) if atom.kind == "method" else UNKNOWN
        if isinstance(atom, Ext):
            return self.external_call(atom, arguments, frame, node)
        if isinstance(atom, Obj):
            if atom.path == "contextvars.ContextVar().get":
                return self._set_in(atom, frame) | arguments.get(0)
            if atom.path.startswith(_CONTAINERS) and atom.path.endswith(_TAKES):
                return UNKNOWN
            if atom.path.endswith((".getLogger", ".get_logger")):
                return one(Obj("logging.getLogger()"))
            if atom.path.endswith(("()._get_current_object", ".cursor", ".connect")):
                return one(replace(atom, path=atom.path + "()"))
            return one(
                replace(atom, path=atom.path + "()", flags=atom.flags | self.flags(arguments))
            )
        return UNKNOWN

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

    def instantiate(self, atom: ClassRef, arguments: Arguments, frame: Frame) -> Value:
        function = self.find_method(atom.cls, "__init__")
        if function is None or frame.depth >= _FRAMES // 2:
            outside = self.mro(atom.cls)[1]
            if "flask.Flask" in outside and function is None:
                return one(Inst(atom.cls))
            return one(Inst(atom.cls))
        func = Func(function, None, (one(Inst(atom.cls)),))
        made = self.call_frame(func, arguments, frame)
        return one(Inst(atom.cls, made if made.arguments is not None else None))

    def host_call(self, atom: HostAttr, arguments: Arguments, frame: Frame) -> Value:
        name = atom.name
        if name == "_get_current_object":
            return one(Host(atom.kind))
        if atom.kind == "g":
            key = self.constant(arguments.get(0))
            value = arguments.get(1) if name != "pop" or len(arguments.positional) > 1 else UNKNOWN
            if isinstance(key, str):
                return self._stores_on("g", key, frame) | value
            return value
        if atom.kind == "funcs":
            if name in ("setdefault", "get", "__getitem__"):
                return one(Host("funclist"))
            return UNKNOWN
        if name in host.RETURNS_RESPONSE:
            return one(Host("response"))
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
        if top == "builtins":
            return self.builtin(name, arguments, frame, node)
        if top == "flask":
            if name in ("Response", "make_response", "jsonify", "redirect", "send_file"):
                return one(Host("response"))
            if name == "send_from_directory":
                return one(Host("response"))
            if name in ("render_template", "render_template_string", "url_for"):
                return one(Data("str"))
            if name == "flash":
                return NONE
            if name in ("stream_with_context", "copy_current_request_context"):
                return arguments.get(0)
            if name in ("Flask", "Blueprint"):
                return one(Host("app" if name == "Flask" else "blueprint"))
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
            found: set[Atom] = set()
            for each in arguments.get(0):
                if isinstance(each, Func):
                    found |= self.call(each, Arguments(), frame, node)
            return frozenset(found) or one(Obj(path + "()"))
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
        site = ("", 0, 0)
        if node is not None:
            site = (frame.scope.module.source.name, node.lineno, node.col_offset)
        return one(Obj(path + "()", site, flags=self.flags(arguments)))

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
                if self.project.speaks_flask(frame.scope.module):
                    return one(Reg(key, "app"))
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
        if name == "dict":
            items = list(arguments.keywords.items())
            for atom in first:
                if isinstance(atom, Map):
                    items.extend(atom.items)
            return one(Map(tuple(items)))
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
                Ext("flask.Response") for a in first if a == Host("response")
            )
        if name == "vars":
            return UNKNOWN
        if name in _NUMBERS:
            return one(Data("bool"))
        if name in _TEXT:
            return NONE if name == "print" else one(Data("value"))
        if name == "super":
            return UNKNOWN
        if name == "object":
            return UNKNOWN
        site = ("", 0, 0)
        if node is not None:
            site = (frame.scope.module.source.name, node.lineno, node.col_offset)
        return one(Obj(f"builtins.{name}()", site, flags=self.flags(arguments)))


@dataclass(frozen=True, slots=True)
class PackageRef(Atom):
    """A directory of the tree without an `__init__.py`."""

    package: Package


def _from_around(value: Value) -> Value:
    """What a function around made, as an inner function finds it."""
    return frozenset(
        replace(atom, left=True, flags=atom.flags | {"closure"})
        if isinstance(atom, Obj) and not atom.left
        else atom
        for atom in value
    )


def _item_of(atom: Obj) -> Value:
    """What is in something that a library made; what is in a plain container is not known."""
    if atom.path.startswith(_CONTAINERS):
        return UNKNOWN
    return one(replace(atom, path=atom.path + "[]"))


def _bound(value: Value, myself: Value) -> Value:
    """Methods bound to an instance."""
    found: set[Atom] = set()
    for atom in value:
        if isinstance(atom, Func):
            found.add(replace(atom, bound=(myself, *atom.bound)))
        elif isinstance(atom, Wrapped):
            found.add(replace(atom, inner=_bound(atom.inner, myself)))
        else:
            found.add(atom)
    return frozenset(found)


def _only_raises(function: Function) -> bool:
    body = getattr(function.node, "body", [])
    return bool(body) and isinstance(body, list) and isinstance(body[-1], ast.Raise)


def _looks_like_blueprint(node: ast.expr) -> bool:
    name = terminal_name(node).lower()
    return name in ("bp", "blueprint") or name.endswith(("_bp", "blueprint")) or "bp_" in name[:3]


def _same_text(first: ast.expr, second: ast.expr) -> bool:
    return isinstance(first, (ast.Name, ast.Attribute)) and ast.dump(first) == ast.dump(second)
