from __future__ import annotations
from typing import Annotated, Optional
import flask
def by_name(answer: flask.Response) -> None:
    answer.freeze()
def by_text(answer: "Optional[flask.Response]") -> int:
    return len(answer.data)
def by_union(asked: flask.Request | None) -> dict:
    return asked.form
def annotated(asked: Annotated[flask.Request, "x"]) -> dict:
    return asked.files
class Keeper:
    def __init__(self, app: Optional[flask.Flask] = None) -> None:
        if app:
            app.after_request(self.keep)
    def keep(self, response):  # expect: method needs await-request, await-response
        by_name(response)
        by_text(response)
        by_union(flask.request)
        annotated(flask.request)
        return response
