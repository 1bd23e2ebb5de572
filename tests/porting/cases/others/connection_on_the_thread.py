import threading, sqlite3
from flask import Flask
app = Flask(__name__)
mine = threading.local()
@app.before_request
def start():
    mine.con = sqlite3.connect("x")
@app.after_request
def finish(response):  # expect: app needs blocking, thread-bound
    mine.con.commit()
    return response
@app.after_request
def own(response):  # expect: app needs nothing
    mine.scratch = 1
    response.headers["S"] = str(mine.scratch)
    return response
