"""Which files are sent, and whether what a hook removes is one of them.

Two expressions mean one file where they come down to the same name, attribute or constant, through
assignments, parameters and the functions that only spell a path otherwise.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..flask.atoms import HostObject
from ..meaning.values import Ext, Func
from ..tree.index import Function, Module, Scope, terminal_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..meaning.evaluate import Frame
    from .rule import Questions

__all__ = ["SentFiles"]

Root = tuple[object, ...]

_SPELLS = frozenset(
    """str Path PurePath fspath join abspath realpath normpath expanduser resolve absolute
    as_posix safe_join secure_filename open with_suffix fsdecode fsencode strip format joinpath
    stream_with_context FileWrapper wrap_file BufferedReader copy""".split()
)
_SENDS = frozenset({"send_file", "send_from_directory", "send_static_file"})
_DEEP = 8


class SentFiles:
    """The files that a project sends, with send_file and its like.

    :param ask: answers questions about the tree.
    """

    def __init__(self, ask: Questions) -> None:
        self.ask = ask
        self._sent: dict[int, tuple[set[Root], set[Root]]] = {}

    def is_sent(self, node: ast.expr, frame: Frame, whole: bool) -> bool:
        """Whether a file, or something below a directory, is sent to the client.

        :param whole: it is a directory.
        """
        files, places = self._of(frame.scope.module)
        removed = set(self.roots(node, frame.scope, places=whole))
        return bool(removed & (places if whole else files))

    def _of(self, module: Module) -> tuple[set[Root], set[Root]]:
        found = self._sent.get(id(module))
        if found is None:
            files: set[Root] = set()
            places: set[Root] = set()
            for expression, scope in self._expressions(module):
                files |= set(self.roots(expression, scope, places=False))
                places |= set(self.roots(expression, scope, places=True))
            found = self._sent[id(module)] = (files, places)
        return found

    def _expressions(self, module: Module) -> Iterator[tuple[ast.expr, Scope]]:
        project = self.ask.project
        for call in project.calls(_SENDS, module):
            if isinstance(call.node, ast.Call):
                if terminal_name(call.node.func) == "send_from_directory":
                    parts = [*call.node.args, *(each.value for each in call.node.keywords)][:2]
                    joined = ast.Name("join", ast.Load())
                    yield ast.Call(joined, parts, []), call.scope
                    continue
                for each in call.node.args[:1]:
                    yield each, call.scope
                for keyword in call.node.keywords:
                    if keyword.arg in (
                        "path_or_file",
                        "filename_or_fp",
                        "filename",
                        "path",
                        "directory",
                    ):
                        yield keyword.value, call.scope
        for call in project.calls({"Response", "response_class", "make_response"}, module):
            if isinstance(call.node, ast.Call):
                for each in call.node.args[:1]:
                    yield from self._streamed(each, call.scope)

    def _streamed(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What a response reads while it is sent: an open file, what a generator opens."""
        if not isinstance(node, ast.Call):
            if isinstance(node, ast.Name):
                for binding in scope.reach.get(id(node), ()):
                    if binding.kind == "assign" and isinstance(binding.value, ast.Call):
                        yield from self._streamed(binding.value, scope)
            return
        name = terminal_name(node.func)
        if name in ("open", "FileWrapper", "wrap_file"):
            yield node, scope
            return
        if name == "stream_with_context":
            for each in node.args[:1]:
                yield from self._streamed(each, scope)
            return
        for atom in self.ask.eval(node.func, self.ask.frame(scope)):
            if isinstance(atom, Func) and atom.function.generator:
                for inner in atom.function.nodes:
                    if isinstance(inner, ast.Call) and terminal_name(inner.func) == "open":
                        for each in inner.args[:1]:
                            yield each, atom.function

    def roots(self, node: ast.AST, scope: Scope, *, places: bool, deep: int = 0) -> Iterable[Root]:
        """What a path comes down to.

        :param places: the directories that it is in as well.
        """
        if deep > _DEEP:
            return
        deeper = deep + 1
        if isinstance(node, ast.Name):
            yield from self._name(node, scope, places, deeper)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str) and len(node.value) > 1:
                yield ("constant", node.value)
        elif isinstance(node, ast.Attribute):
            base = self.ask.eval(node.value, self.ask.frame(scope))
            if any(isinstance(atom, HostObject) for atom in base):
                yield ("attribute", terminal_name(node.value), node.attr)
            elif isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                yield ("attribute", node.attr)
                for store in self.ask.project.stores(node.attr, scope.module):
                    if isinstance(store.value, ast.expr) and ast.dump(store.base) == ast.dump(
                        node.value
                    ):
                        yield from self.roots(store.value, store.scope, places=places, deep=deeper)
            elif node.attr in ("parent", "parents") and not places:
                return
            else:
                yield from self.roots(node.value, scope, places=places, deep=deeper)
        elif isinstance(node, ast.Subscript):
            yield from self._item(node, scope, places, deeper)
        elif isinstance(node, ast.BinOp):
            yield from self._parts([node.left, node.right], scope, places, deeper)
        elif isinstance(node, ast.JoinedStr):
            values = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
            for value in values if places else values[-1:]:
                yield from self.roots(value, scope, places=places, deep=deeper)
        elif isinstance(node, ast.Call):
            name = terminal_name(node.func)
            if name in ("get", "pop") and node.args and isinstance(node.func, ast.Attribute):
                made = ast.Subscript(node.func.value, node.args[0], ast.Load())
                yield from self._item(made, scope, places, deeper)
            elif name == "dirname":
                for part in node.args if places else ():
                    yield from self.roots(part, scope, places=places, deep=deeper)
            elif name in _SPELLS:
                parts = list(node.args)
                if isinstance(node.func, ast.Attribute) and name not in ("join", "open", "copy"):
                    parts.insert(0, node.func.value)
                elif name == "open" and not parts and isinstance(node.func, ast.Attribute):
                    parts = [node.func.value]
                if name == "open":
                    parts = parts[:1]
                yield from self._parts(parts, scope, places, deeper)
            elif name == "make_archive":
                for part in [
                    *node.args[:1],
                    *(k.value for k in node.keywords if k.arg == "base_name"),
                ]:
                    yield from self.roots(part, scope, places=places, deep=deeper)
            else:
                for atom in self.ask.eval(node.func, self.ask.frame(scope)):
                    if isinstance(atom, Func) and not atom.function.generator:
                        for back in atom.function.returns:
                            if back is not None:
                                yield from self.roots(
                                    back, atom.function, places=places, deep=deeper
                                )
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            for each in ast.iter_child_nodes(node):
                yield from self.roots(each, scope, places=places, deep=deeper)

    def _parts(
        self, parts: list[ast.expr], scope: Scope, places: bool, deep: int
    ) -> Iterable[Root]:
        chosen = parts
        if not places and len(parts) > 1:
            chosen = [part for part in parts[1:] if not isinstance(part, ast.Constant)]
            if not chosen:
                # A file of a fixed name is that file of that directory.
                names = tuple(part.value for part in parts[1:] if isinstance(part, ast.Constant))
                for root in self.roots(parts[0], scope, places=False, deep=deep):
                    yield ("joined", root, names)
        for part in chosen:
            yield from self.roots(part, scope, places=places, deep=deep)

    def _item(self, node: ast.Subscript, scope: Scope, places: bool, deep: int) -> Iterable[Root]:
        key = node.slice
        base = self.ask.eval(node.value, self.ask.frame(scope))
        if any(isinstance(atom, HostObject) and atom.kind != "app" for atom in base):
            if isinstance(key, ast.Constant):
                yield ("attribute", terminal_name(node.value), key.value)
        elif isinstance(node.value, ast.Name):
            yield from self.roots(node.value, scope, places=places, deep=deep)

    def _name(self, node: ast.Name, scope: Scope, places: bool, deep: int) -> Iterable[Root]:
        bound = scope.reach.get(id(node), ())
        home: Scope | None = scope
        if not bound:
            while home is not None and node.id not in home.bindings:
                home = home.parent
            if home is None:
                return
            bound = tuple(home.bindings[node.id])
        assert home is not None
        for binding in bound:
            yield ("name", id(binding.scope), node.id)
            inner = binding.value if binding.kind == "narrow" else (binding,)
            for each in inner:
                if each.kind in ("assign", "with", "item") and isinstance(each.value, ast.expr):
                    if places and each.path and isinstance(each.value, ast.Call):
                        # A directory and the file in it, from one call.
                        yield ("call", id(each.value))
                    if not each.path:
                        yield from self.roots(each.value, each.scope, places=places, deep=deep)
                elif each.kind == "param" and isinstance(each.scope, Function):
                    yield from self._parameter(each.scope, node.id, places, deep)

    def _parameter(self, function: Function, name: str, places: bool, deep: int) -> Iterable[Root]:
        spec = function.args
        ordered = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        defaults = dict(zip(reversed(ordered), reversed(spec.defaults), strict=False))
        keyword_defaults = {
            each.arg: default
            for each, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
            if default is not None
        }
        default = {**defaults, **keyword_defaults}.get(name)
        if default is not None and function.parent is not None:
            yield from self.roots(default, function.parent, places=places, deep=deep)
        ask = self.ask
        for call in ask.callers(function):
            if isinstance(call.node, ast.Call) and call.decorates is None:
                yield from self._passed(
                    call.node, call.node.args, function, name, ordered, call.scope, places, deep
                )
        for call in ask.project.calls({"partial"}, function.module):
            if isinstance(call.node, ast.Call) and call.node.args:
                yield from self._passed(
                    call.node,
                    call.node.args[1:],
                    function,
                    name,
                    ordered,
                    call.scope,
                    places,
                    deep,
                    call.node.args[0],
                )

    def _passed(
        self,
        node: ast.Call,
        args: list[ast.expr],
        function: Function,
        name: str,
        ordered: list[str],
        scope: Scope,
        places: bool,
        deep: int,
        callee: ast.expr | None = None,
    ) -> Iterable[Root]:
        value = self.ask.eval(callee or node.func, self.ask.frame(scope))
        for atom in value:
            if isinstance(atom, Func) and atom.function is function:
                names = ordered[len(atom.bound) :]
            elif function.name == "__init__" and not isinstance(atom, (Ext, HostObject)):
                names = ordered[1:]
            else:
                continue
            vararg = function.args.vararg
            if vararg is not None and vararg.arg == name:
                for each in args[len(names) :]:
                    yield from self.roots(each, scope, places=places, deep=deep)
            if name in names and names.index(name) < len(args):
                passed = args[names.index(name)]
                yield from self.roots(passed, scope, places=places, deep=deep)
            for keyword in node.keywords:
                if keyword.arg == name:
                    yield from self.roots(keyword.value, scope, places=places, deep=deep)
