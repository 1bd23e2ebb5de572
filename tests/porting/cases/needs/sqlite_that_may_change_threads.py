import sqlite3
from flask import Flask, g
app = Flask(__name__)
@app.before_request
def open_it():
    g.con = sqlite3.connect("x", check_same_thread=False)
@app.after_request
def close(response):  # expect: app needs blocking
    g.con.close()
    return response
