import functools, json, operator
from flask import Flask
app = Flask(__name__)
def encode(value):
    return value.get_data(as_text=True)
class Encoder(json.JSONEncoder):
    def default(self, o):
        return o.get_json()
@app.after_request
def dumped(response):  # expect: app needs await-response
    json.dumps({"response": response}, default=encode)
    return response
@app.after_request
def encoded(response):  # expect: app needs await-response
    json.dumps([response], cls=Encoder)
    return response
@app.after_request
def got(response):  # expect: app needs await-response
    operator.attrgetter("status", "data")(response)
    return response
@app.after_request
def called(response):  # expect: app needs await-response
    read = operator.methodcaller("get_data", as_text=True)
    print(*map(read, [response]))
    return response
@app.after_request
def got_plain(response):  # expect: app needs nothing
    response.headers["X"] = operator.attrgetter("status")(response)
    operator.methodcaller("set_data", b"x")(response)
    return response
@app.after_request
def ordered(response):  # expect: app needs await-response
    return sorted([response], key=lambda each: len(each.data))[0]
@app.after_request
def reduced(response):  # expect: app needs nothing
    return functools.reduce(lambda r, n: (r.headers.set(n, "1"), r)[1], ["a", "b"], response)
