"""Content codings: which to use for a request, and how each is made (RFC 9110, section 8.4)."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from werkzeug.http import parse_accept_header

from ..errors import HookConfigurationError
from ._options import integer, one_of, refuse_unknown

__all__ = ["CODINGS", "Coding", "make_codings", "negotiator"]

CODINGS = ("zstd", "br", "gzip")
# RFC 9659 allows windows of up to 8 MiB in HTTP, which zstd exceeds from level 20 on.
_LEVELS = {"zstd": (1, 19, 3), "br": (0, 11, 4), "gzip": (1, 9, 6)}
_PACKAGES = {"zstd": "zstandard", "br": "brotli"}


@dataclass(frozen=True)
class Coding:
    """One content coding at one level.

    :param name: as it stands in Content-Encoding.
    :param whole: compresses a whole body.
    :param stream: makes a compressor for a stream: a function for each chunk, which holds nothing
        back, and one for the end.
    """

    name: str
    whole: Callable[[bytes], bytes]
    stream: Callable[[], tuple[Callable[[bytes], bytes], Callable[[], bytes]]]


def make_codings(hook: str, names: Sequence[str] | None, levels: Mapping[str, int]) -> list[Coding]:
    """The codings in order of preference.

    :param names: None for those whose packages are installed.
    :raises HookConfigurationError: a name, a level or a missing package.
    """
    refuse_unknown(f"{hook}(levels=...)", levels, CODINGS)
    made = []
    for name in CODINGS if names is None else names:
        one_of(hook, "codings", name, CODINGS)
        least, most, usual = _LEVELS[name]
        level = integer(
            hook,
            f"levels[{name!r}]",
            levels.get(name, usual),
            least=least,
            most=most,
            unit="a level",
        )
        try:
            made.append(_MAKERS[name](level))
        except ImportError:
            if names is not None:
                raise HookConfigurationError(
                    f"{hook} has codings with {name!r}, for which the package"
                    f" {_PACKAGES[name]!r} is not installed. Install Afterware with the extra"
                    " 'compress': pip install 'afterware[compress]'."
                ) from None
    return made


def negotiator(offered: Sequence[Coding]) -> Callable[[str], Coding | None]:
    """A function from an Accept-Encoding header to the coding to use, or None for none.

    The highest quality wins, and the order of *offered* among equals. A coding that is not listed
    has the quality of `*`. Sending the body as it is needs no mention, and is preferred only where
    it is listed with a higher quality (RFC 9110, section 12.5.3).
    """

    @lru_cache(maxsize=256)
    def choose(accept_encoding: str) -> Coding | None:
        accepted: dict[str, float] = {}
        for name, quality in parse_accept_header(accept_encoding):
            accepted.setdefault(name.lower(), quality)
        accepted.setdefault("gzip", accepted.get("x-gzip", accepted.get("*", 0)))
        best, chosen = accepted.get("identity", 0.0), None
        for coding in offered:
            quality = accepted.get(coding.name, accepted.get("*", 0))
            # Compressed is better than not at the same quality, the first offered than the next.
            if quality > best or (quality == best > 0 and chosen is None):
                best, chosen = quality, coding
        return chosen

    return choose


def _gzip(level: int) -> Coding:
    def compressor() -> Any:
        return zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def whole(data: bytes) -> bytes:
        one = compressor()
        return bytes(one.compress(data) + one.flush())

    def stream() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
        one = compressor()
        return lambda chunk: one.compress(chunk) + one.flush(zlib.Z_SYNC_FLUSH), one.flush

    return Coding("gzip", whole, stream)


def _br(level: int) -> Coding:
    import brotli  # type: ignore[import-untyped]  # it ships no types

    def stream() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
        one = brotli.Compressor(quality=level)
        return lambda chunk: one.process(chunk) + one.flush(), one.finish

    return Coding("br", lambda data: brotli.compress(data, quality=level), stream)


def _zstd(level: int) -> Coding:
    import zstandard

    # A compressor is dear to make and cheap to keep, but serves one thread at a time.
    kept = threading.local()

    def whole(data: bytes) -> bytes:
        try:
            one = kept.compressor
        except AttributeError:
            one = kept.compressor = zstandard.ZstdCompressor(level)
        return bytes(one.compress(data))

    def stream() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
        one = zstandard.ZstdCompressor(level).compressobj()
        block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return lambda chunk: one.compress(chunk) + one.flush(block), one.flush

    return Coding("zstd", whole, stream)


_MAKERS: dict[str, Callable[[int], Coding]] = {"zstd": _zstd, "br": _br, "gzip": _gzip}
