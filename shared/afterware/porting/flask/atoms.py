"""The objects of Flask that the checker follows: what an expression may be besides Python's own."""

from __future__ import annotations

from dataclasses import dataclass

from ..meaning.values import Atom, Value

__all__ = ["HostAttribute", "HostObject", "HostPart", "Proxied", "Registrar"]


@dataclass(frozen=True, slots=True)
class HostObject(Atom):
    """One of the host's own objects: response, request, session, g, app, blueprint, funcs."""

    __hash__ = Atom.__hash__

    kind: str


@dataclass(frozen=True, slots=True)
class HostAttribute(Atom):
    """An attribute of one of the host's objects, before it is called."""

    __hash__ = Atom.__hash__

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class HostPart(Atom):
    """Something in memory that belongs to a host's object: headers, args, config."""

    __hash__ = Atom.__hash__

    path: str


@dataclass(frozen=True, slots=True)
class Registrar(Atom):
    """What registers hooks: `app.after_request` and its like.

    :param receiver: what it is a method of: app, blueprint, or nothing.
    """

    __hash__ = Atom.__hash__

    name: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Proxied(Atom):
    """A LocalProxy, which looks its object up each time that it is used.

    :param inner: the functions that it calls, or the objects that it looks at.
    :param name: the attribute that it reads of them, if it is one.
    """

    __hash__ = Atom.__hash__

    inner: Value
    name: str = ""
