"""What a hook does with a body, the same in every style.

Reading touches every byte, and its result depends on each: a style that reads less is found out.
The checksum is the cheapest such work in the standard library, a third of a microsecond a KB, about
as dear as six copies of the body; so a copy too many shows beside it. Rewriting makes a new body of
one byte more, which is one copy and nothing else: the least that a rewriting hook can do.
"""

from __future__ import annotations

from zlib import crc32

__all__ = ["digest", "lengthened"]


def digest(data: bytes) -> str:
    """Length and CRC-32 of *data*, fit for a header."""
    return f"{len(data)}-{crc32(data):08x}"


def lengthened(data: bytes) -> bytes:
    """*data* with a newline more, which leaves JSON the same JSON (RFC 8259, section 2)."""
    return data + b"\n"
