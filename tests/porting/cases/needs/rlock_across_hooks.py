import threading
from flask import Flask
app = Flask(__name__)
guard = threading.RLock()
@app.before_request
def take():
    guard.acquire()
@app.after_request
def leave(response):  # expect: app needs thread-bound
    guard.release()
    return response
