from typing import Annotated, Optional, Union
from flask import Flask, Request, Response
app = Flask(__name__)
def by_text(response: "Response") -> int:
    return len(response.data)
def by_dots(response: "flask.Response"):
    return response.json
def maybe(response: Optional[Response] = None):
    return response.get_data() if response is not None else b""
def either(response: Union[Response, str]):
    return response.get_data()
def noted(response: Annotated[Response, "the answer"]):
    return response.get_data()
TABLE = {"a": by_text, "b": by_dots}
@app.after_request
def text(response):  # expect: app needs await-response
    for function in TABLE.values():
        function(response)
    return response
@app.after_request
def some(response):  # expect: app needs await-response
    maybe(response), either(response), noted(response)
    return response
