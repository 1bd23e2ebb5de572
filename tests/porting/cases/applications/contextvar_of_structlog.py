import structlog
from flask import Flask, request
app = Flask(__name__)
@app.before_request
def b():
    structlog.contextvars.bind_contextvars(path=request.path)
@app.after_request
def a(response):  # expect: app needs thread-bound
    structlog.contextvars.clear_contextvars()
    return response
@app.after_request
def c(response):  # expect: app needs nothing
    structlog.get_logger().info("done", status=response.status_code)
    return response
