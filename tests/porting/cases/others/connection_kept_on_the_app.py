import sqlite3
import redis
from flask import Flask, current_app
app = Flask(__name__)
app.store = redis.Redis()
app.archive = sqlite3.connect("x")
@app.after_request
def count(response):  # expect: app needs blocking
    current_app.store.incr("n")
    return response
@app.after_request
def keep(response):  # expect: app needs blocking, thread-bound
    app.archive.execute("select 1")
    return response
