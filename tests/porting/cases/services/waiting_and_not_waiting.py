import hashlib, queue, subprocess, threading, zlib
from flask import Flask, request
app = Flask(__name__)
unbounded = queue.Queue()
lock = threading.Lock()
counts = {}
@app.after_request
def into_the_unbounded(response):  # expect: app needs nothing
    unbounded.put(request.path)
    return response
@app.after_request
def counted(response):  # expect: app needs blocking
    with lock:
        counts[request.endpoint] = counts.get(request.endpoint, 0) + 1
    return response
@app.after_request
def counted_freely(response):  # expect: app needs nothing
    counts[request.endpoint] = counts.get(request.endpoint, 0) + 1
    return response
@app.after_request
def hashed(response):  # expect: app needs nothing
    tag = hashlib.sha256(request.path.encode()).hexdigest()
    response.headers["X-Tag"] = str(zlib.crc32(tag.encode()))
    return response
@app.after_request
def by_a_process(response):  # expect: app needs blocking
    response.headers["X-Rev"] = subprocess.check_output(["git", "rev-parse", "HEAD"], text=True)
    return response
