"""What a view waits for: answers each line that it gets 50 ms later.

Started by `children`, never by hand. It says its port on standard output, and ends with its parent.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from .scenarios import WAIT_SECONDS

__all__ = ["ANSWER", "main"]

ANSWER: Final = b"50 ms\n"


class _Upstream(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, _: bytes) -> None:
        # A client sends its next line when it has the answer to the last one.
        asyncio.get_running_loop().call_later(WAIT_SECONDS, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(ANSWER)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    # The longest queue that is needed: all clients of the largest scenario come at once.
    server = await loop.create_server(_Upstream, "127.0.0.1", 0, backlog=512)
    async with server:
        port = server.sockets[0].getsockname()[1]
        print(f"upstream listens on http://127.0.0.1:{port}", flush=True)
        # Standard input ends when the parent ends, however it does.
        await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until standard input ends, or SIGTERM comes."""
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
