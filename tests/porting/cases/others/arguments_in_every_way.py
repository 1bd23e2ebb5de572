from flask import Flask
app = Flask(__name__)
def read(kind, /, *, source=None, **more):
    return source.get_data()
def spread(*everything, last=None):
    return everything[-1].json
@app.after_request
def one(response):  # expect: app needs await-response
    options = {"source": response}
    read("x", **options)
    return response
@app.after_request
def two(response):  # expect: app needs await-response
    parts = ("a", response)
    spread(*parts)
    return response
@app.after_request
def three(response, *, name="X-Name"):  # expect: app needs nothing
    response.headers[name] = "%s" % response.status
    return response
@app.after_request
def four(response, *, name):  # expect: app needs broken
    return response
