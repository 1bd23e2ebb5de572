"""What may differ between the twins' answers, each with its reason. Nothing else may."""

from __future__ import annotations

# Headers that a server writes about itself and its connection, on every answer.
SERVERS = {
    "server": "each server names itself",
    "date": "each server's clock, which may tick between two requests",
    "connection": "about one connection: gunicorn always says what it does with it, Hypercorn does"
    " only when it closes it (RFC 9112, section 9.3)",
}

# Headers that are new with every answer, whoever gives it.
MOMENTS = {
    "server-timing": "how long this answer took",
    "x-request-id": "made anew for a request that brings none",
}

# On one request, a header that one twin sends and the other does not: (request, header) -> reason.
# No hook can mend them, or it would have.
HOSTS = {
    ("HEAD /stream", "transfer-encoding"): "Hypercorn frames an answer to HEAD as it would GET's,"
    " gunicorn leaves the framing out; both may (RFC 9112, section 6.1)",
    (
        "GET /file *",
        "vary",
    ): "Quart's 304 does not tell how long the file is, so Compress cannot know"
    " that it is too short to compress, and the 304 varies as that of a longer file does",
}
