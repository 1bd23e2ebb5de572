"""Hooks: what is registered, in what order, for which phase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Literal, overload
from weakref import WeakValueDictionary

from .adopting import Adoption, Options
from .binding import Binding, OncePerApp, Surround
from .colour import make_hook
from .contract import AfterRequest, AfterResponse, BeforeRequest, HookObject, Teardown
from .errors import HookRegistrationError, HookTooLateError
from .hook import PHASES, Hook, OnError, Phase
from .hosts import bind

__all__ = ["Hooks"]

Order = Literal["registered", "reversed"]

# The phases of which "reversed" runs the hook that was registered last first.
_BACKWARDS = ("after_request", "teardown_request", "teardown_appcontext")

# Given a hook, what to run in its place.
Around = Callable[[Hook], Callable[..., Any]]


class Hooks:
    """A set of hooks that runs on Flask and on Quart alike.

    Register them before the app serves its first request. One set may be bound to several apps and
    blueprints, of both hosts.

    :param order: "registered" runs hooks in the order in which they were registered, in every
        phase. "reversed" runs after_request, teardown_request and teardown_appcontext hooks last
        registered first, as the hosts run their own (but Quart those of teardown_appcontext as
        registered); before_request hooks run as registered there too.
    """

    def __init__(self, *, order: Order = "registered") -> None:
        if order not in ("registered", "reversed"):
            raise HookRegistrationError(
                f"Hooks has order={order!r}. Choose 'registered' or 'reversed'."
            )
        self.order = order
        self._hooks: dict[Phase, list[Hook]] = {phase: [] for phase in PHASES}
        # By the identity of the app or blueprint, which alone keeps its binding.
        self._bindings: WeakValueDictionary[int, Binding] = WeakValueDictionary()
        self._app_setups: list[OncePerApp] = []
        self._arounds: list[Around] = []
        self._surrounds: list[Surround] = []
        self._serving = False

    def __iter__(self) -> Iterator[Hook]:
        """Every registered hook, phase by phase, in the order in which it runs."""
        for phase in PHASES:
            yield from self._in_order(phase)

    def __repr__(self) -> str:
        counts = ", ".join(f"{phase}: {len(self._hooks[phase])}" for phase in PHASES)
        return f"<Hooks {counts}>"

    @overload
    def before_request(self, function: BeforeRequest, /) -> BeforeRequest: ...
    @overload
    def before_request(
        self,
        /,
        *,
        blocking: bool = ...,
        suspends: bool = ...,
        shield: bool = ...,
        on_error: OnError = ...,
    ) -> Callable[[BeforeRequest], BeforeRequest]: ...
    def before_request(self, function: Any = None, /, **options: Any) -> Any:
        """Register a hook that runs before the view: `hook()`.

        It returns None, or what a view may return, which then is the answer: the view and the
        hooks after it are not run.

        :param blocking: for a `def` that waits on the network, a disk or a lock. Quart runs it in
            a worker thread; Flask calls it as it is.
        :param suspends: for an `async def` that really awaits such a thing. Flask runs it on a loop
            that outlives the request; Quart awaits it, and waits for an after_request hook even
            where the client leaves meanwhile.
        :param shield: for what must not be cut off half-way, such as a commit or an audit row. Once
            begun, it comes to its end on Quart though the client leaves or the server stops, within
            the time that the server gives to what is running; then the request stops. An
            `async def` runs in a task of its own for that, with the ContextVars of the request
            carried in and back. A `def` cannot be cut off anyway, and Flask cuts off nothing.

            .. versionadded:: 0.2
        :param on_error: "raise", or "log" to log what it raises and carry on.
        :raises HookRegistrationError: the function cannot serve in this phase.
        :raises HookTooLateError: the app has served its first request.
        """
        return self._decorate("before_request", function, options)

    @overload
    def after_request(self, function: AfterRequest, /) -> AfterRequest: ...
    @overload
    def after_request(
        self,
        /,
        *,
        blocking: bool = ...,
        suspends: bool = ...,
        shield: bool = ...,
        on_error: OnError = ...,
    ) -> Callable[[AfterRequest], AfterRequest]: ...
    def after_request(self, function: Any = None, /, **options: Any) -> Any:
        """Register a hook that is given each response and returns one: `hook(response)`.

        It runs after the view and before anything is sent, on error responses as well. Options and
        errors are those of `before_request`. With on_error="log", the response goes on as it was
        before the hook that failed: status, headers and body.
        """
        return self._decorate("after_request", function, options)

    @overload
    def teardown_request(self, function: Teardown, /) -> Teardown: ...
    @overload
    def teardown_request(
        self,
        /,
        *,
        blocking: bool = ...,
        suspends: bool = ...,
        shield: bool = ...,
        on_error: OnError = ...,
    ) -> Callable[[Teardown], Teardown]: ...
    def teardown_request(self, function: Any = None, /, **options: Any) -> Any:
        """Register a hook that runs when the request is over, whatever happened: `hook(exc)`.

        `exc` is the exception that no error handler took, or None, on both hosts. What it returns
        is ignored. One that raises does not keep the others from running. Options and errors are
        those of `before_request`.

        It runs once a request, when the context ends that the request began with. A copy of that
        (`copy_current_request_context`, or `stream_with_context` on Quart) has no teardown of its
        own, unless it has a `g` of its own and something was put in it.
        """
        return self._decorate("teardown_request", function, options)

    @overload
    def teardown_appcontext(self, function: Teardown, /) -> Teardown: ...
    @overload
    def teardown_appcontext(
        self,
        /,
        *,
        blocking: bool = ...,
        suspends: bool = ...,
        shield: bool = ...,
        on_error: OnError = ...,
    ) -> Callable[[Teardown], Teardown]: ...
    def teardown_appcontext(self, function: Any = None, /, **options: Any) -> Any:
        """Register a hook that runs when an app context is left: `hook(exc)`.

        That is when the request or websocket is over, and at the end of `with app.app_context()`
        (`async with` on Quart) and of a command of the app's command line. It is the place to close
        what is kept in `g`, such as a connection: on Quart it runs on the event loop, in the thread
        in which an inline view opened it.

        `exc` is the exception that no error handler took or that left the `with` block, or None, on
        both hosts. Otherwise it is as `teardown_request`. On a blueprint it is registered on the
        app, when the blueprint is, and runs for each of its app contexts.

        .. versionadded:: 0.2
        """
        return self._decorate("teardown_appcontext", function, options)

    @overload
    def after_response(self, function: AfterResponse, /) -> AfterResponse: ...
    @overload
    def after_response(
        self,
        /,
        *,
        blocking: bool = ...,
        suspends: bool = ...,
        shield: bool = ...,
        on_error: OnError = ...,
    ) -> Callable[[AfterResponse], AfterResponse]: ...
    def after_response(self, function: Any = None, /, **options: Any) -> Any:
        """Register a hook for when the last byte was sent or the client has gone: `hook(sent)`.

        `sent` is a `Sent`. `request` and `session` are no longer there. What the hook raises is
        logged, whatever on_error says: there is nobody left to answer. Options and errors are those
        of `before_request`.

        The test client of Flask runs it when the response is closed (`response.close()`, or
        `with client.get("/") as response:`), that of Quart before `client.get` returns. A
        ContextVar may be reset here by the token of an inline before_request hook, on both hosts.
        """
        return self._decorate("after_response", function, options)

    def add(
        self,
        *objects: HookObject,
        blocking: bool = False,
        suspends: bool = False,
        shield: bool = False,
        on_error: OnError = "raise",
    ) -> None:
        """Register the methods of each object that are named after phases.

        Three more methods are known. `init_app(app)` is called once for each app that the hooks are
        bound to, when they are bound; with a blueprint, when that is registered. `around(hook)` is
        called once for each hook, before the first request, and returns the function to run in its
        place, of the same colour. An object that does the work of its after_request just as well as
        middleware may have `surround(app)`: it is called in place of registering after_request
        where the hooks are bound to an app, and returns a function that tells whether the app has
        served a request. The types are `SupportsAfterRequest` and the like; see `HookObject`.

        :param blocking: said of the methods that are `def`.
        :param suspends: said of the methods that are `async def`.
        :param shield: said of all of them.

            .. versionadded:: 0.2
        :param on_error: said of all of them.
        :raises HookRegistrationError: an object has no such method.
        """
        for each in objects:
            if isinstance(each, type):
                raise HookRegistrationError(
                    f"hooks.add() takes objects, not the class {each.__qualname__}."
                    f" Add an instance: hooks.add({each.__name__}())."
                )
            methods = [(phase, getattr(each, phase, None)) for phase in PHASES]
            found = [(phase, method) for phase, method in methods if method is not None]
            init_app, around = getattr(each, "init_app", None), getattr(each, "around", None)
            if not found and init_app is None and around is None:
                raise HookRegistrationError(
                    f"{each!r} has no method named after a phase ({', '.join(PHASES)}), init_app or"
                    " around. Name its methods so, or register a function with"
                    " `@hooks.after_request`."
                )
            if around is not None:
                self._arounds.append(around)
            if init_app is not None:
                setup = OncePerApp(init_app)
                for binding in self._bindings.values():
                    binding.on_app(setup)
                self._app_setups.append(setup)
            surround = getattr(each, "surround", None)
            if surround is not None:
                for binding in self._bindings.values():
                    binding.surround(surround)
                self._surrounds.append(surround)
            for phase, method in found:
                hook = make_hook(phase, method, shield=shield, on_error=on_error)
                hook = replace(
                    hook,
                    blocking=blocking and not hook.is_async,
                    suspends=suspends and hook.is_async,
                )
                surrounds = surround is not None and phase == "after_request"
                self._register(replace(hook, surrounds=surrounds))

    def init_app(self, target: Any) -> None:
        """Bind these hooks to an app or a blueprint, of Flask or of Quart.

        :param target: a Flask or Quart app, or a Blueprint of either that is not yet registered.
        :raises UnknownHostError: it is something else.
        :raises HookRegistrationError: these hooks are bound to it already.
        :raises HookTooLateError: it takes no more hooks.
        """
        if id(target) in self._bindings:
            raise HookRegistrationError(
                f"These hooks are bound to {target!r} already; bound twice, each would run twice."
            )
        binding = bind(self, target)
        for setup in self._app_setups:
            binding.on_app(setup)
        for surround in self._surrounds:
            binding.surround(surround)
        for phase in PHASES:
            if any(binding.runs(hook) for hook in self._hooks[phase]):
                binding.attach(phase)
        if not self._surrounds:
            # Bound even if there is no such hook yet, so that the first request is noticed, and a
            # hook that is registered after it is refused.
            binding.attach("after_request")
        binding.belong()
        self._bindings[id(target)] = binding

    def adopt(
        self,
        target: Any,
        *,
        blocking: bool = True,
        suspends: bool = True,
        shield: bool = False,
        on_error: OnError = "raise",
    ) -> AbstractContextManager[None]:
        """Bind what an extension registers on an app: `with hooks.adopt(app): Extension(app)`.

        What is registered meanwhile with `app.before_request`, `after_request`, `teardown_request`
        and `teardown_appcontext` runs as a hook of these, with their `around` objects. It runs
        where it was registered among the native functions, and in the host's own order: an
        extension relies on that. Hooks that are bound with `init_app` have their own places.

        What is registered otherwise (by a call on the class, in the app's dictionaries, with
        `after_app_request` on a blueprint) is left where it is, and named in a
        `HookNotAdoptedWarning`. Error handlers, context processors and what is registered for
        websockets are no hooks.

        :param target: a Flask or Quart app, or a blueprint of either, on which the extension
            registers its functions.
        :param blocking: said of each `def`. A `def` of somebody else's may wait on a network or a
            disk, and inline it would hold the event loop of Quart meanwhile. Say False of an
            extension that you know to wait for nothing.
        :param suspends: said of each `async def` on Flask. Quart awaits it as it is.
        :param shield: said of all of them.
        :param on_error: said of all of them.
        :raises UnknownHostError: the target is something else.
        :raises HookTooLateError: the target takes no more functions.

        .. versionadded:: 0.2
        """
        options = Options(blocking, suspends, shield, on_error)
        return Adoption(target, self._prepared, options)

    def ready(self, phase: Phase) -> list[Hook]:
        """The hooks of *phase* in the order in which they run; from now on no more are taken."""
        return self._prepared(self._in_order(phase))

    def _prepared(self, hooks: list[Hook]) -> list[Hook]:
        self._serving = True
        for around in self._arounds:
            hooks = [replace(hook, function=around(hook)) for hook in hooks]
        return hooks

    def _in_order(self, phase: Phase) -> list[Hook]:
        hooks = list(self._hooks[phase])
        if self.order == "reversed" and phase in _BACKWARDS:
            hooks.reverse()
        return hooks

    def _decorate(self, phase: Phase, function: Any, options: dict[str, Any]) -> Any:
        if function is None:
            return lambda decorated: self._decorate(phase, decorated, options)
        self._register(make_hook(phase, function, **options))
        return function

    def _register(self, hook: Hook) -> None:
        if self._serving or any(binding.has_served for binding in self._bindings.values()):
            raise HookTooLateError(
                f"{hook.describe()} was registered after the first request, which it has missed."
                " Register hooks where the app is made; for a hook of one request, use"
                " after_this_request."
            )
        for binding in self._bindings.values():
            if binding.runs(hook):
                binding.attach(hook.phase)
        self._hooks[hook.phase].append(hook)
