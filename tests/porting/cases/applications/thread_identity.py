import threading
from flask import Flask
app = Flask(__name__)
started = {}
@app.before_request
def b():
    started[threading.get_ident()] = 1
@app.after_request
def a(response):  # expect: app needs thread-bound
    started.pop(threading.get_ident(), None)
    return response
@app.after_request
def n(response):  # expect: app needs nothing
    app.logger.info("served by %s", threading.current_thread().name)
    return response
