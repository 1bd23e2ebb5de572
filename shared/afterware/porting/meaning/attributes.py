"""What attributes stand for: of modules, the host's objects, libraries."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..flask import host
from ..flask.atoms import HostAttribute, HostObject, HostPart, Proxied, Registrar
from ..tree.index import Module, Store, terminal_name
from .core import Core
from .frames import Frame, PackageRef
from .knowledge import STANDARD
from .pieces import SITES
from .values import (
    NONE,
    NOWHERE,
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Func,
    Inst,
    ModuleRef,
    Obj,
    Record,
    Value,
    Wrapped,
    one,
)

if TYPE_CHECKING:
    from ..tree.sources import Source

__all__ = ["Attributes"]

# Frameworks that an application of Flask may well use beside it, as clients or for commands.
_BESIDE_FLASK = frozenset({"requests", "httpx", "urllib3", "click", "typer", "webob", "twisted"})
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


class Attributes(Core):
    """What attributes stand for: of modules, the host's objects, libraries."""

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
        proxied = frozenset(atom for atom in base if isinstance(atom, Proxied))
        base -= proxied
        found: set[Atom] = set()
        if node.attr == "_get_current_object":
            found |= proxied
        for atom in base:
            found |= self.attribute(atom, node.attr, frame)
        if not base or node.attr in ("call_on_close",):
            found |= self.attribute_of_unknown(node, base, frame)
        elif node.attr in host.REGISTRARS and self._is_an_app_outside(base, node, frame):
            blueprint = _looks_like_blueprint(node.value)
            found = {Registrar(node.attr, "blueprint" if blueprint else "app")}
        return frozenset(found)

    def _is_an_app_outside(self, base: Value, node: ast.Attribute, frame: Frame) -> bool:
        """Whether something outside the tree is called as apps are called."""
        paths = [atom.path for atom in base if isinstance(atom, (Ext, Obj))]
        return (
            len(paths) == len(base)
            and not any(self.foreign_to_flask(path) for path in paths)
            and host.like_an_app(terminal_name(node.value))
            and self.speaks_flask(frame.scope.module)
        )

    def attribute_of_unknown(self, node: ast.Attribute, base: Value, frame: Frame) -> Value:
        """An attribute of something of which nothing is known."""
        name = node.attr
        module = frame.scope.module
        if name in host.REGISTRARS and self.speaks_flask(module):
            receiver = "blueprint" if _looks_like_blueprint(node.value) else "app"
            return one(Registrar(name, receiver))
        if name == "after_request_funcs" and self.speaks_flask(module):
            return one(HostObject("funcs"))
        if name == "call_on_close" and not base and self.speaks_flask(module):
            if terminal_name(node.value) not in ("ctx", "context", "click_context"):
                return one(Registrar(name, ""))
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
        if isinstance(atom, HostObject):
            return self.host_attribute(atom, name, frame)
        if isinstance(atom, Ext):
            return self.external_attribute(atom, name, frame)
        if isinstance(atom, Obj):
            # Of a library's object its class tells, and not the module that it is in.
            made = atom.path.rpartition(".")[2] if "flask" not in atom.path.lower() else atom.path
            if name in host.REGISTRARS and self.may_be_app(atom.path, made):
                blueprint = "Blueprint" in atom.path
                return one(Registrar(name, "blueprint" if blueprint else "app"))
            if name == "after_request_funcs" and not self.foreign_to_flask(atom.path):
                return one(HostObject("funcs"))
            if name == "call_on_close" and not self.foreign_to_flask(atom.path):
                return one(Registrar(name, ""))
            if atom.path.startswith("flask.") and name == "request":
                return one(HostObject("request"))
            if name == "_get_current_object":
                return one(atom)
            if atom.path in THREAD_LOCALS:
                return self._left_on(atom, name, frame)
            return one(replace(atom, path=f"{atom.path}.{name}"))
        if isinstance(atom, HostPart):
            return one(HostPart(f"{atom.path}.{name}"))
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
        if isinstance(atom, Record):
            return atom.get(name) | self._left_on(atom, name, frame)
        if isinstance(atom, (Const, Data)):
            return one(Data("method"))
        return UNKNOWN

    def external_attribute(self, atom: Ext, name: str, frame: Frame) -> Value:
        path = atom.path
        if path in ("flask._request_ctx_stack", "flask._app_ctx_stack", "flask.globals"):
            return one(Ext(f"{path}.{name}"))
        if path.startswith("flask.") and path.endswith((".top", "request_ctx", "app_ctx")):
            if name == "request":
                return one(HostObject("request"))
            if name == "app":
                return one(HostObject("app"))
            if name not in ("push", "pop", "session", "url_adapter", "match_request"):
                return self._left_on_context(name, frame)
        if name in host.REGISTRARS and "." in path and self.may_be_app(path, path):
            blueprint = "blueprint" in path.lower() or path.endswith("bp")
            return one(Registrar(name, "blueprint" if blueprint else "app"))
        if name == "after_request_funcs" and not self.foreign_to_flask(path):
            return one(HostObject("funcs"))
        return self.external(f"{path}.{name}")

    def _left_on_context(self, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of a request's or an app's context."""
        found: set[Atom] = set()
        for store in self.project.stores(name, frame.scope.module):
            base = self.eval(store.base, self.frame(store.scope))
            if any(isinstance(a, Ext) and a.path.endswith((".top", "_ctx")) for a in base):
                found |= self._stored(store)
        return frozenset(found)

    def _left_on(self, atom: Obj | Record, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of one object of a library."""
        found: set[Atom] = set()
        for store in self.project.stores(name, frame.scope.module):
            base = self.eval(store.base, self.frame(store.scope))
            if any(type(a) is type(atom) and _one_place(a, atom) for a in base):
                found |= self._stored(store)
        return frozenset(found)

    def _set_in(self, atom: Obj, frame: Frame) -> Value:
        """What the tree sets a ContextVar to."""
        found: set[Atom] = set()
        path = atom.path.removesuffix(".get")
        for call in self.project.calls({"set"}, frame.scope.module)[:SITES]:
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
        if top in STANDARD:
            return True
        return top in host.NOT_FLASK or top.startswith(("quart", "sanic", "starlette", "django"))

    def speaks_flask(self, module: Module) -> bool:
        """Whether what is called app in a module may be Flask's."""
        known = self._speaks.get(module)
        if known is None:
            known = self._speaks[module] = self._decide_flask(module)
        return known

    def _decide_flask(self, module: Module) -> bool:
        tops = {
            dotted.partition(".")[0] for level, dotted, _ in module.imports if level == 0 and dotted
        }
        if any("flask" in top.lower() for top in tops):
            return True
        others = {top for top in tops if top in host.NOT_FLASK} - _BESIDE_FLASK
        if others or any(top.startswith("quart") for top in tops):
            return False
        linked = self.project.linked(module.source)
        if any(_imports(each, b"flask") or b"Flask(" in each.data for each in linked):
            return True
        foreign = host.NOT_FLASK - _BESIDE_FLASK
        if any(_imports(each, top.encode()) for each in linked for top in foreign):
            return False
        return not tops & (host.NOT_FLASK - {"click", "typer"}) or b"flask" in module.source.data

    def may_be_app(self, path: str, name: str) -> bool:
        """Whether something outside the tree may be an app or a blueprint, by what it is called."""
        return not self.foreign_to_flask(path) and host.like_an_app(name)

    def host_attribute(self, atom: HostObject, name: str, frame: Frame) -> Value:
        """An attribute of one of the host's objects, whose class may be the tree's own."""
        if atom.kind in host.CLASS_OF:
            custom = self.of_custom(atom.kind, name, frame)
            if custom and name not in host.NAMES_OF[atom.kind]:
                return custom
            return custom | self.plain_host_attribute(atom, name, frame)
        return self.plain_host_attribute(atom, name, frame)

    def plain_host_attribute(self, atom: HostObject, name: str, frame: Frame) -> Value:
        """An attribute of one of the host's objects of the host's own class."""
        kind = atom.kind
        if name == "_get_current_object":
            return one(HostAttribute(kind, name))
        if kind in ("app", "blueprint"):
            if name in host.REGISTRARS:
                return one(Registrar(name, kind))
            if name == "after_request_funcs":
                return one(HostObject("funcs"))
            if name == "logger":
                return one(Obj("logging.getLogger()"))
            if name == "response_class":
                custom = self._stores_on(kind, name, frame)
                return custom or one(Ext("flask.Response"))
            if name in ("app_context", "test_request_context", "request_context"):
                return one(Ext(f"flask.Flask.{name}"))
            if name in host.APP_COROUTINES or name in host.APP_MISSING:
                return one(HostAttribute(kind, name))
            if name in host.APP_PARTS:
                return one(HostPart(f"{kind}.{name}"))
            return self._stores_on(kind, name, frame)
        if kind == "g":
            if name in ("get", "pop", "setdefault"):
                return one(HostAttribute("g", name))
            stored = self._stores_on("g", name, frame)
            return stored or UNKNOWN
        if kind == "response":
            if name == "call_on_close":
                return one(Registrar(name, ""))
            if name in host.RESPONSE_COROUTINES or name in host.RESPONSE_MISSING:
                return one(HostAttribute(kind, name))
            if name in host.RETURNS_NONE:
                return one(HostAttribute(kind, name))
            if name == "__class__":
                return one(Ext("flask.Response"))
            stored = self._stores_on(kind, name, frame)
            return stored | one(HostPart(f"response.{name}"))
        if kind == "request":
            if name in host.REQUEST_COROUTINES or name in host.REQUEST_MISSING:
                return one(HostAttribute(kind, name))
            stored = self._stores_on(kind, name, frame)
            return stored or one(HostPart(f"request.{name}"))
        if kind in ("funcs", "funclist"):
            return one(HostAttribute(kind, name))
        return one(HostPart(f"{kind}.{name}"))

    def _stores_on(self, kind: str, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of a host's object."""
        found: set[Atom] = set()
        for store in self.project.stores(name, frame.scope.module):
            base = self.eval(store.base, self.frame(store.scope))
            if HostObject(kind) in base or (
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


def _imports(source: Source, package: bytes) -> bool:
    if package not in source.data:
        return False
    return re.search(rb"^\s*(?:from|import)\s+" + package, source.data, re.MULTILINE) is not None


def _one_place(first: Atom, second: Atom) -> bool:
    if isinstance(first, Obj) and isinstance(second, Obj):
        return (first.path, first.site) == (second.path, second.site)
    if isinstance(first, Record) and isinstance(second, Record):
        return first.site == second.site != NOWHERE
    return False


def _looks_like_blueprint(node: ast.expr) -> bool:
    name = terminal_name(node).lower()
    return name in ("bp", "blueprint") or name.endswith(("_bp", "blueprint")) or "bp_" in name[:3]


def _same_text(first: ast.expr, second: ast.expr) -> bool:
    return isinstance(first, (ast.Name, ast.Attribute)) and ast.dump(first) == ast.dump(second)
