"""What the twins' sessions have in common, beyond the cookie that both hosts write alike."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

__all__ = ["Watched"]

if TYPE_CHECKING:
    Mapping = MutableMapping[str, Any]
else:
    Mapping = object


class Watched(Mapping):
    """A mixin for the host's session class: `accessed` says whether anybody has looked into it.

    A session that was looked into makes the answer vary by cookie, and both hosts send
    `Vary: Cookie` then, by this attribute. They set it themselves, but not alike: Flask where the
    proxy is used, Quart 0.22 never, Quart 0.23.1 always, when it saves the session.
    """

    _looked_into = False

    @property
    def accessed(self) -> bool:
        """Whether anybody has looked into this session; what a host assigns is not taken."""
        return self._looked_into

    @accessed.setter
    def accessed(self, _: bool) -> None:
        pass

    def __getitem__(self, key: str) -> Any:
        self._looked_into = True
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._looked_into = True
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._looked_into = True
        return super().__iter__()

    def get(self, key: str, default: Any = None) -> Any:
        self._looked_into = True
        return super().get(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        self._looked_into = True
        return super().setdefault(key, default)

    def pop(self, *args: Any) -> Any:
        self._looked_into = True
        return super().pop(*args)
