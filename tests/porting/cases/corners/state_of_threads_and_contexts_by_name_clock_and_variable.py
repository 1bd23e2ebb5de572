import _thread, cProfile, sys, threading, time
from contextvars import ContextVar
from flask import Flask, g, request
app = Flask(__name__)
by_thread = {}
gate = threading.RLock()
locals_ = threading.local()
depth = ContextVar("depth", default=0)
@app.before_request
def enter():
    by_thread[threading.get_ident()] = request.path
    gate.acquire()
    sys.setprofile(print)
    g.cpu = time.thread_time()
@app.after_request
def by_name(response):  # expect: app needs thread-bound
    response.headers["X"] = getattr(locals_, "user", "-")
    return response
@app.after_request
def cpu(response):  # expect: app needs thread-bound
    response.headers["X"] = str(time.thread_time() - g.cpu)
    return response
@app.after_request
def set_here(response):  # expect: app needs nothing
    depth.set(1)
    response.headers["X"] = str(depth.get())
    return response
@app.after_request
def aside(response):  # expect: app needs lifecycle
    _thread.start_new_thread(time.sleep, (1,))
    return response
