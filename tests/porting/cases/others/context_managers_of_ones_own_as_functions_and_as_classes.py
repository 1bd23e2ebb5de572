import contextlib, threading
from flask import Flask
app = Flask(__name__)
class Guard:
    def __init__(self):
        self.lock = threading.Lock()
    def __enter__(self):
        self.lock.acquire()
        return self
    def __exit__(self, *error):
        self.lock.release()
@contextlib.contextmanager
def quiet():
    yield None
@app.after_request
def guarded(response):  # expect: app needs blocking
    with Guard() as guard:
        response.headers["X"] = str(guard)
    return response
@app.after_request
def silent(response):  # expect: app needs nothing
    with quiet(), contextlib.suppress(KeyError):
        response.headers["X"] = "1"
    return response
@app.after_request
def maybe_none(response):  # expect: app needs broken
    with contextlib.suppress(KeyError):
        return response
