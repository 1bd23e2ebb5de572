import concurrent.futures
from concurrent.futures import ThreadPoolExecutor
import threading, asyncio
from flask import Flask
app = Flask(__name__)
pool = ThreadPoolExecutor(2)
def work(x):
    open("x").read()
@app.after_request
def a(response):  # expect: app needs blocking
    pool.submit(work, 1).result()
    return response
@app.after_request
def b(response):  # expect: app needs lifecycle
    threading.Timer(5, work, args=(1,)).start()
    return response
@app.after_request
def c(response):  # expect: app needs blocking
    asyncio.run(go())
    return response
async def go():
    pass
@app.after_request
def d(response):  # expect: app needs await-response, lifecycle
    t = threading.Thread(target=lambda: print(response.get_data()), daemon=True)
    t.start()
    return response
@app.after_request
def e(response):  # expect: app needs blocking
    t = threading.Thread(target=work, args=(1,))
    t.start()
    t.join()
    return response
