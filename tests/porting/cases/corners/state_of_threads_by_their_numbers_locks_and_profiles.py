import cProfile, sys, threading, time
from flask import Flask, g, request
app = Flask(__name__)
by_thread = {}
gate = threading.RLock()
@app.before_request
def enter():
    by_thread[threading.get_ident()] = request.path
    gate.acquire()
    sys.setprofile(print)
    g.cpu = time.thread_time()
@app.after_request
def ident(response):  # expect: app needs thread-bound
    response.headers["X"] = by_thread.pop(threading.get_ident(), "-")
    return response
@app.after_request
def release(response):  # expect: app needs thread-bound
    gate.release()
    return response
@app.after_request
def both(response):  # expect: app needs blocking
    gate.acquire()
    gate.release()
    return response
@app.after_request
def unprofile(response):  # expect: app needs thread-bound
    sys.setprofile(None)
    return response
