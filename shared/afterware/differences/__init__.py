"""The catalogue of differences: one record each, its live probe and its remedy."""

from . import (
    client_tests,
    commands,
    contexts,
    lifecycle,
    lifecycle_sending,
    request,
    request_helpers,
    request_imports,
    response_api,
    response_reading,
    running,
    running_loop,
    running_state,
    sending_files,
    streams,
    templates,
    view_callables,
    wire,
    wire_whole,
)
from .record import FAMILIES, Difference, Family, Need

__all__ = ["CATALOGUE", "FAMILIES", "Difference", "Family", "Need", "find"]

_MODULES = (
    response_reading,
    response_api,
    running,
    running_loop,
    running_state,
    lifecycle,
    lifecycle_sending,
    request,
    request_helpers,
    request_imports,
    wire,
    view_callables,
    client_tests,
    commands,
    templates,
    streams,
    contexts,
    sending_files,
    wire_whole,
)

CATALOGUE: tuple[Difference, ...] = tuple(
    sorted((each for module in _MODULES for each in module.DIFFERENCES), key=lambda each: each.id)
)

_BY_ID = {each.id: each for each in CATALOGUE}


def find(id: str) -> Difference:  # noqa: A002 - a record's own word
    """The difference with that id.

    :param id: AW and three digits.
    :raises KeyError: there is none.
    """
    return _BY_ID[id]
