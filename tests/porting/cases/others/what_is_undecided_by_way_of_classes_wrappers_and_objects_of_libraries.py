from flask import Flask, request
from vendor import Recorder, Base, tracing
app = Flask(__name__)
recorder = Recorder(app)
class Mine(Base):
    pass
@app.after_request
def one(response):  # expect: app needs undecided
    recorder.after(response)
    return response
@app.after_request
def two(response):  # expect: app needs undecided
    Mine(response)
    return response
@app.after_request
def three(response):  # expect: app needs undecided
    Mine().record(request=request)
    return response
@app.after_request
def four(response):  # expect: app needs undecided
    with tracing.span("x") as span:
        span.finish([response])
    return response
@app.after_request
def five(response):  # expect: app needs nothing
    with tracing.span("x") as span:
        span.finish(response.status_code)
    recorder.items.append(response.headers)
    return response
