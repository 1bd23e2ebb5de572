import threading, queue
from collections import deque
from flask import Flask, g
app = Flask(__name__)
lock = threading.Lock()
small = queue.Queue(maxsize=10)
big = queue.Queue()
recent = deque(maxlen=5)
counts = {}
@app.after_request
def a(response):  # expect: app needs blocking
    with lock:
        counts["x"] = counts.get("x", 0) + 1
    return response
@app.after_request
def b(response):  # expect: app needs blocking
    small.put(response.status)
    return response
@app.after_request
def c(response):  # expect: app needs nothing
    big.put(1)
    small.put_nowait(2)
    recent.append(response.status_code)
    return response
@app.after_request
def d(response):  # expect: app needs nothing
    if lock.acquire(blocking=False):
        lock.release()
    return response
