"""What Flask adds to Python: its objects, and what its names stand for."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ..meaning.evaluate import Evaluator
from ..meaning.library import STANDARD, position
from ..meaning.values import (
    NONE,
    UNKNOWN,
    Arguments,
    Atom,
    ClassRef,
    Data,
    Ext,
    Func,
    Inst,
    Obj,
    Value,
    Wrapped,
    constant,
    longer,
    one,
)
from ..tree.index import terminal_name
from . import host
from .atoms import HostAttribute, HostObject, HostPart, Proxied, Registrar

if TYPE_CHECKING:
    from ..meaning.machine import Machine
    from ..meaning.values import Frame
    from ..tree.index import Class, Module
    from ..tree.project import Project
    from ..tree.sources import Source

__all__ = ["FlaskEvaluator", "FlaskModel"]

# Frameworks that an application of Flask may well use beside it, as clients or for commands.
_BESIDE_FLASK = frozenset({"requests", "httpx", "urllib3", "click", "typer", "webob", "twisted"})
# Decorators of Flask and its extensions that give back the function that they take.
_REGISTERING = frozenset(
    """after_app_request after_request after_this_request app_context_processor app_errorhandler
    before_app_request before_first_request before_request call_on_close command connect connect_via
    context_processor delete errorhandler get listens_for patch post put record record_once register
    request_loader route shell_context_processor teardown_app_request teardown_appcontext
    teardown_request template_filter template_global url_value_preprocessor user_loader""".split()
)
_TRANSPARENT = ("flask.copy_current_request_context", "flask.stream_with_context")
# Methods of headers and the like that change them and give nothing back.
_CHANGES = frozenset(
    "add add_header append clear discard extend insert remove set setlist update".split()
)
_INSTANCES = {
    "flask.Flask": "app",
    "flask.Blueprint": "blueprint",
    "flask.Response": "response",
    "werkzeug.Response": "response",
    "flask.Request": "request",
    "werkzeug.wrappers.Request": "request",
}
_RESPONSES = frozenset(
    "Response make_response jsonify redirect send_file send_from_directory".split()
)
_TEXTS = frozenset({"render_template", "render_template_string", "url_for"})
_CONTEXTS = frozenset({"push", "pop", "session", "url_adapter", "match_request"})
_CONTEXT_STACKS = ("flask._request_ctx_stack", "flask._app_ctx_stack", "flask.globals")


class FlaskModel:
    """What Flask adds to Python.

    :param machine: evaluates expressions.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        none: list[Class] = []
        self._speaks: dict[Module, bool] = {}
        self._on_objects = machine.solver.table(UNKNOWN)
        self._on_contexts = machine.solver.table(UNKNOWN)
        self._used = machine.solver.table(none)
        self._classes = machine.solver.table(none)

    # What is the host's by its name

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
        linked = self.machine.project.linked(module.source)
        if any(_imports(each, b"flask") or b"Flask(" in each.data for each in linked):
            return True
        foreign = host.NOT_FLASK - _BESIDE_FLASK
        if any(_imports(each, top.encode()) for each in linked for top in foreign):
            return False
        return not tops & (host.NOT_FLASK - {"click", "typer"}) or b"flask" in module.source.data

    def foreign_to_flask(self, path: str) -> bool:
        """Whether something outside the tree belongs to a framework that is not Flask."""
        top = path.partition(".")[0].removesuffix("()")
        if top in STANDARD:
            return True
        return top in host.NOT_FLASK or top.startswith(("quart", "sanic", "starlette", "django"))

    def may_be_app(self, path: str, name: str) -> bool:
        """Whether something outside the tree may be an app or a blueprint, by what it is called."""
        return not self.foreign_to_flask(path) and host.like_an_app(name)

    def refined(self, node: ast.Attribute, base: Value, found: Value, frame: Frame) -> Value:
        """An attribute by its name, where that tells more than what is known of its base."""
        name = node.attr
        if name not in host.REGISTRARS and name not in ("after_request_funcs", "call_on_close"):
            return found
        base = frozenset(atom for atom in base if not isinstance(atom, Proxied))
        if base and name in host.REGISTRARS:
            if self._is_an_app_outside(base, node, frame):
                return one(Registrar(name, _receiver(node.value)))
            return found
        if base and name != "call_on_close":
            return found
        module = frame.scope.module
        if not self.speaks_flask(module):
            return found
        if name in host.REGISTRARS:
            return one(Registrar(name, _receiver(node.value)))
        if name == "after_request_funcs":
            return one(HostObject("funcs"))
        if not base and terminal_name(node.value) not in ("ctx", "context", "click_context"):
            return one(Registrar(name, ""))
        return found

    def _is_an_app_outside(self, base: Value, node: ast.Attribute, frame: Frame) -> bool:
        """Whether something outside the tree is called as apps are called."""
        paths = [atom.path for atom in base if isinstance(atom, (Ext, Obj))]
        return (
            len(paths) == len(base)
            and not any(self.foreign_to_flask(path) for path in paths)
            and host.like_an_app(terminal_name(node.value))
            and self.speaks_flask(frame.scope.module)
        )

    def named(self, name: str, module: Module) -> Value:
        """An attribute of something of which nothing is known, by its name alone."""
        if name in host.REGISTRARS and self.speaks_flask(module):
            return one(Registrar(name, "app"))
        return UNKNOWN

    def external(self, path: str) -> Value | None:
        """What a dotted path outside the tree stands for."""
        top, _, rest = path.partition(".")
        last = path.rpartition(".")[2]
        if top == "flask":
            if last in host.FLASK_NAMES and "()" not in path:
                path = f"flask.{last}"
            if path in ("flask.wrappers.Response", "flask.wrappers.Request"):
                path = f"flask.{last}"
            name = path.removeprefix("flask.")
            if name in host.PROXIES:
                return one(HostObject(host.PROXIES[name]))
            if name == "after_this_request":
                return one(Registrar(name, ""))
            return one(Ext(path))
        if top == "werkzeug" and rest.rpartition(".")[2] in ("Response", "BaseResponse"):
            return one(Ext("werkzeug.Response"))
        if top == "afterware" and last in host.PROXIES:
            # Afterware's proxies stand for the host's own objects.
            return one(HostObject(host.PROXIES[last]))
        return None

    def starred(self, dotted: str, name: str) -> Value | None:
        """What `from dotted import *` binds a name to."""
        if dotted.partition(".")[0] == "flask" and name in host.FLASK_NAMES:
            return self.machine.external(f"flask.{name}")
        return None

    def is_transparent(self, decorator: Ext | Obj, node: ast.expr) -> bool:
        """Whether a decorator outside the tree gives back the function that it takes."""
        return decorator.path.startswith(_TRANSPARENT) or terminal_name(node) in _REGISTERING

    # Attributes

    def attribute(self, atom: Atom, name: str, frame: Frame) -> Value | None:
        """An attribute of an object of Flask, or of something outside the tree."""
        if isinstance(atom, HostObject):
            return self._host_attribute(atom, name, frame.scope.module)
        if isinstance(atom, Ext):
            return self._external_attribute(atom.path, name, frame)
        if isinstance(atom, Obj):
            return self._object_attribute(atom.path, name)
        if isinstance(atom, HostPart):
            return one(HostPart(longer(atom.path, f".{name}")))
        if isinstance(atom, Proxied):
            return one(atom) if name == "_get_current_object" else UNKNOWN
        return None

    def _object_attribute(self, path: str, name: str) -> Value | None:
        """An attribute of an object of a library."""
        if name in host.REGISTRARS:
            # Of a library's object its class tells, and not the module that it is in.
            made = path if "flask" in path.lower() else path.rpartition(".")[2]
            if self.may_be_app(path, made):
                return one(Registrar(name, "blueprint" if "Blueprint" in path else "app"))
        elif name == "after_request_funcs" and not self.foreign_to_flask(path):
            return one(HostObject("funcs"))
        elif name == "call_on_close" and not self.foreign_to_flask(path):
            return one(Registrar(name, ""))
        elif name == "request" and path.startswith("flask."):
            return one(HostObject("request"))
        return None

    def _external_attribute(self, path: str, name: str, frame: Frame) -> Value | None:
        """An attribute of something outside the tree."""
        if path in _CONTEXT_STACKS:
            return one(Ext(f"{path}.{name}"))
        if path.startswith("flask.") and path.endswith((".top", "request_ctx", "app_ctx")):
            if name in ("request", "app"):
                return one(HostObject(name))
            if name not in _CONTEXTS:
                return self._assigned_to_contexts(name, frame.scope.module)
        if name in host.REGISTRARS and "." in path and self.may_be_app(path, path):
            blueprint = "blueprint" in path.lower() or path.endswith("bp")
            return one(Registrar(name, "blueprint" if blueprint else "app"))
        if name == "after_request_funcs" and not self.foreign_to_flask(path):
            return one(HostObject("funcs"))
        return None

    def _assigned_to_contexts(self, name: str, module: Module) -> Value:
        """What the tree assigns to an attribute of a request's or an app's context."""
        return self.machine.solver.ask(
            self._on_contexts, (name, module), self._find_on_contexts, name, module
        )

    def _find_on_contexts(self, name: str, module: Module) -> Value:
        found: set[Atom] = set()
        for store in self.machine.project.stores(name, module):
            base = self.machine.eval(store.base, self.machine.frame(store.scope))
            if any(isinstance(a, Ext) and a.path.endswith((".top", "_ctx")) for a in base):
                found |= self.machine.stored(store)
        return frozenset(found)

    def _host_attribute(self, atom: HostObject, name: str, module: Module) -> Value:
        """An attribute of one of the host's objects, whose class may be the tree's own."""
        plain = self._plain_attribute(atom.kind, name, module)
        if atom.kind not in host.CLASS_OF:
            return plain
        custom: set[Atom] = set()
        for cls in self.custom_classes(atom.kind, name, module):
            for binding in cls.exit.get(name, ()):
                custom |= self.machine.bound(binding, cls, Inst(cls))
        if custom and name not in host.NAMES_OF[atom.kind]:
            return frozenset(custom)
        return plain | custom

    def _plain_attribute(self, kind: str, name: str, module: Module) -> Value:
        """An attribute of one of the host's objects of the host's own class."""
        if name == "_get_current_object":
            return one(HostAttribute(kind, name))
        if kind in ("app", "blueprint"):
            return self._app_attribute(kind, name, module)
        if kind == "g":
            if name in ("get", "pop", "setdefault"):
                return one(HostAttribute("g", name))
            return self._assigned("g", name, module)
        if kind == "response":
            return self._response_attribute(name, module)
        if kind == "request":
            if name in host.REQUEST_COROUTINES or name in host.REQUEST_MISSING:
                return one(HostAttribute(kind, name))
            return self._assigned(kind, name, module) or one(HostPart(f"request.{name}"))
        if kind in ("funcs", "funclist"):
            return one(HostAttribute(kind, name))
        return one(HostPart(f"{kind}.{name}"))

    def _app_attribute(self, kind: str, name: str, module: Module) -> Value:
        if name in host.REGISTRARS:
            return one(Registrar(name, kind))
        if name == "after_request_funcs":
            return one(HostObject("funcs"))
        if name == "logger":
            return one(Obj("logging.getLogger()"))
        if name == "response_class":
            return self._assigned(kind, name, module) or one(Ext("flask.Response"))
        if name in ("app_context", "test_request_context", "request_context"):
            return one(Ext(f"flask.Flask.{name}"))
        if name in host.APP_COROUTINES or name in host.APP_MISSING:
            return one(HostAttribute(kind, name))
        if name in host.APP_PARTS:
            return one(HostPart(f"{kind}.{name}"))
        return self._assigned(kind, name, module)

    def _response_attribute(self, name: str, module: Module) -> Value:
        if name == "call_on_close":
            return one(Registrar(name, ""))
        if name in host.RESPONSE_COROUTINES or name in host.RESPONSE_MISSING:
            return one(HostAttribute("response", name))
        if name in host.RETURNS_NONE:
            return one(HostAttribute("response", name))
        if name == "__class__":
            return one(Ext("flask.Response"))
        return self._assigned("response", name, module) | one(HostPart(f"response.{name}"))

    def _assigned(self, kind: str, name: str, module: Module) -> Value:
        """What the tree assigns to an attribute of a host's object."""
        return self.machine.solver.ask(
            self._on_objects, (kind, name, module), self._find_assigned, kind, (name, module)
        )

    def _find_assigned(self, kind: str, where: tuple[str, Module]) -> Value:
        found: set[Atom] = set()
        for store in self.machine.project.stores(*where):
            base = self.machine.eval(store.base, self.machine.frame(store.scope))
            if HostObject(kind) in base or (
                not base and kind == "app" and "app" in terminal_name(store.base).lower()
            ):
                found |= self.machine.stored(store)
        return frozenset(found)

    # Classes that inherit from the host's

    def host_kind(self, cls: Class) -> str:
        """Whether a class is a response's or a request's: it inherits from the host's."""
        for path in self.machine.mro(cls)[1]:
            if path in host.CLASSES:
                return host.CLASSES[path]
        return ""

    def made_by(self, cls: Class) -> Value:
        """The object of Flask that an instance of a class of the tree is as well."""
        kind = self.host_kind(cls) if cls.bases else ""
        return one(HostObject(kind)) if kind else UNKNOWN

    def custom_classes(self, kind: str, name: str, module: Module) -> list[Class]:
        """The tree's own classes of responses or requests that define an attribute.

        One that replaces an attribute of the host counts only if an app is told to use it.

        :param module: where the attribute is read.
        """
        found = [cls for cls in self._host_classes(kind, module) if name in cls.bindings]
        if found and name in host.NAMES_OF[kind]:
            used = self.machine.solver.ask(
                self._used, (kind, module), self._find_used, kind, module
            )
            found = [cls for cls in found if any(cls in self.machine.mro(each)[0] for each in used)]
        return found

    def _host_classes(self, kind: str, module: Module) -> list[Class]:
        """The tree's own classes of responses or requests."""
        return self.machine.solver.ask(
            self._classes, (kind, module), self._find_host_classes, kind, module
        )

    def _find_host_classes(self, kind: str, module: Module) -> list[Class]:
        found: list[Class] = []
        for cls in self.machine.project.derived_or_aliased(kind.title(), module):
            if cls not in found and self.host_kind(cls) == kind:
                found.append(cls)
        for cls in list(found):
            for below in self.machine.subclasses(cls):
                if below not in found:
                    found.append(below)
        return found

    def _find_used(self, kind: str, module: Module) -> list[Class]:
        """The classes that an app is told to use for its responses or its requests."""
        attribute = host.CLASS_OF[kind]
        value = UNKNOWN
        for store in self.machine.project.stores(attribute, module):
            value |= self.machine.stored(store)
        for cls in self.machine.project.classes_with(attribute, module):
            for binding in cls.exit.get(attribute, ()):
                value |= self.machine.binding(binding, self.machine.frame(cls))
        return [atom.cls for atom in value if isinstance(atom, ClassRef)]

    def inherited(self, cls: Class, outside: list[str], name: str, frame: Frame) -> Value | None:
        """An attribute that a class of the tree has from Flask's."""
        kind = self._kind_by_bases(cls, outside)
        if kind:
            return self._host_attribute(HostObject(kind), name, frame.scope.module)
        metaclass = getattr(cls.node, "keywords", None)
        if not outside and name in host.REGISTRARS and metaclass:
            return one(Registrar(name, "app"))
        return None

    def _kind_by_bases(self, cls: Class, outside: list[str]) -> str:
        if "flask.Flask" in outside:
            return "app"
        return "blueprint" if "flask.Blueprint" in outside else self.host_kind(cls)

    def by_super(self, cls: Class, outside: list[str], name: str, frame: Frame) -> Value | None:
        """What `super()` gives in a class of the tree that inherits from Flask's."""
        if "flask.Flask" in outside:
            return one(HostAttribute("app", name))
        if kind := self.host_kind(cls):
            return self._plain_attribute(kind, name, frame.scope.module)
        return None

    def instance_of(self, path: str) -> Value | None:
        """An instance of a class outside the tree, as an annotation names it."""
        kind = _INSTANCES.get(path)
        return one(HostObject(kind)) if kind else None

    def class_of(self, atom: Atom) -> Value:
        """What `type()` gives for an object of Flask."""
        return one(Ext("flask.Response")) if atom == HostObject("response") else UNKNOWN

    # Calls and items

    def call(
        self, atom: Atom, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value | None:
        """What calling an object or a function of Flask gives."""
        if isinstance(atom, Ext):
            return self._call_external(atom.path, arguments, frame, node)
        if isinstance(atom, HostAttribute):
            return self._call_attribute(atom, arguments, frame)
        if isinstance(atom, Registrar):
            return arguments.get(0)
        if isinstance(atom, HostPart):
            if atom.path.rpartition(".")[2] in _CHANGES:
                return NONE
            return one(HostPart(longer(atom.path, "()")))
        if isinstance(atom, Proxied):
            return self._looked_up(atom, frame, node)
        return None

    def _call_external(
        self, path: str, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value | None:
        top, _, name = path.partition(".")
        if path == "werkzeug.local.LocalProxy":
            attribute = constant(arguments.get(1))
            proxy = Proxied(arguments.get(0), attribute if isinstance(attribute, str) else "")
            return self._looked_up(proxy, frame, node) | {proxy}
        if top != "flask":
            return None
        if name in _RESPONSES:
            return one(HostObject("response"))
        if name in _TEXTS:
            return one(Data("str"))
        if name == "flash":
            return NONE
        if name in ("stream_with_context", "copy_current_request_context"):
            return arguments.get(0)
        if name in ("Flask", "Blueprint"):
            return one(HostObject("app" if name == "Flask" else "blueprint"))
        if name in ("Flask.app_context", "Flask.test_request_context"):
            return one(Obj("flask.app_context()", position(node, frame)))
        return None

    def _call_attribute(self, atom: HostAttribute, arguments: Arguments, frame: Frame) -> Value:
        name = atom.name
        if name == "_get_current_object":
            return one(HostObject(atom.kind))
        if atom.kind == "g":
            key = constant(arguments.get(0))
            default = UNKNOWN
            if name != "pop" or len(arguments.positional) > 1:
                default = arguments.get(1)
            if isinstance(key, str):
                return self._assigned("g", key, frame.scope.module) | default
            return default
        if atom.kind == "funcs":
            listed = name in ("setdefault", "get", "__getitem__")
            return one(HostObject("funclist")) if listed else UNKNOWN
        if name in host.RETURNS_RESPONSE:
            return one(HostObject("response"))
        if name in host.RETURNS_NONE:
            return NONE
        if name in ("get_data", "get_json"):
            return one(Data("bytes" if name == "get_data" else "json"))
        return UNKNOWN

    def _looked_up(self, atom: Proxied, frame: Frame, node: ast.expr | None) -> Value:
        """What a LocalProxy stands for now."""
        found: set[Atom] = set()
        for each in atom.inner:
            if isinstance(each, (Func, Wrapped, Inst)):
                found |= self.machine.call(each, Arguments(), frame, node)
            elif isinstance(each, Obj):
                if each.path == "contextvars.ContextVar()":
                    found |= self.machine.set_in(each, frame)
                elif atom.name:
                    found |= self.machine.attribute(each, atom.name, frame)
        return frozenset(found)

    def item(self, atom: Atom, node: ast.Subscript, key: Any, frame: Frame) -> Value | None:
        """What a subscript of an object of Flask gives."""
        if isinstance(atom, HostPart):
            put = self._put_under(node.value, atom, key, frame)
            return put or one(atom)
        if isinstance(atom, HostObject):
            if atom.kind == "funcs":
                return one(HostObject("funclist"))
            if atom.kind in ("session", "app"):
                return one(HostPart(atom.kind))
        return None

    def _put_under(self, base: ast.expr, atom: HostPart, key: Any, frame: Frame) -> Value:
        """What the tree puts under a key of an app's dict: of its config, its extensions."""
        if not atom.path.startswith("app."):
            return UNKNOWN

        def is_it(each: Atom) -> bool:
            return each == atom

        def of_some_app(base: ast.expr) -> bool:
            return (
                isinstance(base, ast.Attribute)
                and atom.path == f"app.{base.attr}"
                and "app" in terminal_name(base.value).lower()
            )

        return self.machine.put_under(base, frame, key, is_it, of_some_app)

    def iterated(self, atom: Atom) -> Value | None:
        """What iterating over an object of Flask gives."""
        return one(atom) if isinstance(atom, HostPart) else None


class FlaskEvaluator(Evaluator[FlaskModel]):
    """Evaluates expressions of a project that uses Flask.

    :param project: the files.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(project, FlaskModel)


def _receiver(node: ast.expr) -> str:
    """What something is by its name, that registers a hook: an app or a blueprint."""
    name = terminal_name(node).lower()
    named = name in ("bp", "blueprint") or name.endswith(("_bp", "blueprint"))
    return "blueprint" if named or "bp_" in name[:3] else "app"


def _imports(source: Source, package: bytes) -> bool:
    if package not in source.data:
        return False
    return re.search(rb"^\s*(?:from|import)\s+" + package, source.data, re.MULTILINE) is not None
