import queue, threading, requests
from flask import Flask, request
app = Flask(__name__)
jobs = queue.Queue()
def worker():
    while True:
        requests.post("http://x", json=jobs.get())
threading.Thread(target=worker, daemon=True).start()
@app.after_request
def feed(response):  # expect: app needs nothing
    jobs.put({"path": request.path})
    return response
