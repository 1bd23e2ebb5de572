import types, functools
from flask import Flask
app = Flask(__name__)
class Box:
    pass
def measure(self, response):  # expect: call needs await-response
    self.size = len(response.data)
    return response
box = Box()
app.after_request(types.MethodType(measure, box))
def twice(a, b, response):  # expect: partial needs nothing
    response.headers["X"] = a + b
    return response
once = functools.partial(twice, "a")
app.after_request(functools.partial(once, "b"))
