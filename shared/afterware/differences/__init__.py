"""The catalogue of differences: one record each, its live probe and its remedy."""

from .record import FAMILIES, Difference, Family, Need
from .table import TABLE as CATALOGUE

__all__ = ["CATALOGUE", "FAMILIES", "Difference", "Family", "Need", "find"]


def find(id: str) -> Difference:  # noqa: A002 - a record's own word
    """The difference with that id.

    :param id: AW and three digits.
    :raises KeyError: there is none.
    """
    for difference in CATALOGUE:
        if difference.id == id:
            return difference
    raise KeyError(id)
