import functools as ft
from flask import Flask
app = Flask(__name__)
def stamp(value, resp):  # expect: partial needs await-response
    resp.headers["X-Len"] = str(len(resp.get_data())) + value
    return resp
hook = ft.partial(stamp, "bytes")
app.after_request(hook)
