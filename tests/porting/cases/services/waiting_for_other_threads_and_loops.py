import asyncio, queue, threading
from concurrent.futures import ThreadPoolExecutor
import requests
from flask import Flask, request
app = Flask(__name__)
pool = ThreadPoolExecutor(2)
bounded = queue.Queue(maxsize=10)
def post(event):
    requests.post("https://events.example", json=event, timeout=1)
async def post_later(event):
    await asyncio.sleep(0)
@app.after_request
def in_place(response):  # expect: app needs blocking
    post({"path": request.path})
    return response
@app.after_request
def in_the_pool(response):  # expect: app needs lifecycle
    pool.submit(post, {"path": request.path})
    return response
@app.after_request
def in_the_pool_and_waited_for(response):  # expect: app needs blocking
    response.headers["X"] = str(pool.submit(len, "abc").result())
    return response
@app.after_request
def by_a_loop(response):  # expect: app needs blocking
    asyncio.run(post_later({"path": request.path}))
    return response
@app.after_request
def by_a_timer(response):  # expect: app needs lifecycle
    threading.Timer(5, post, args=({"path": request.path},)).start()
    return response
@app.after_request
def into_the_bounded(response):  # expect: app needs blocking
    bounded.put(request.path)
    return response
