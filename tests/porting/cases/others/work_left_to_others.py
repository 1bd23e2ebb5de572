import asyncio, _thread, gevent, multiprocessing, threading
from concurrent.futures import ProcessPoolExecutor
from flask import Flask
app = Flask(__name__)
def work(): pass
@app.after_request
def one(response):  # expect: app needs lifecycle
    _thread.start_new_thread(work, ())
    return response
@app.after_request
def two(response):  # expect: app needs lifecycle
    gevent.spawn(work)
    return response
@app.after_request
def three(response):  # expect: app needs lifecycle
    multiprocessing.Process(target=work).start()
    return response
class Worker(threading.Thread):
    def __init__(self, status):
        super().__init__(daemon=True)
        self.status = status
    def run(self):
        open("x").write(self.status)
@app.after_request
def four(response):  # expect: app needs lifecycle
    Worker(response.status).start()
    return response
@app.after_request
def five(response):  # expect: app needs blocking
    with ProcessPoolExecutor() as pool:
        pool.submit(work)
    return response
