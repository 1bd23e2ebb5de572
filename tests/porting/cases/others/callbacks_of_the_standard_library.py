import contextvars, contextlib, itertools
from flask import Flask
app = Flask(__name__)
def measure(response):
    return len(response.get_data())
def nothing(response):
    return response.status_code
@app.after_request
def one(response):  # expect: app needs await-response
    contextvars.copy_context().run(measure, response)
    return response
@app.after_request
def two(response):  # expect: app needs await-response
    for size in map(measure, [response]):
        print(size)
    return response
@app.after_request
def three(response):  # expect: app needs nothing
    for each in itertools.chain([nothing], (nothing,)):
        each(response)
    return response
@app.after_request
def four(response):  # expect: app needs await-response
    with contextlib.ExitStack() as stack:
        stack.callback(measure, response)
    return response
