import sqlite3
import psycopg
from flask import Flask, current_app, g
app = Flask(__name__)
def lite():
    if not hasattr(g, "lite"):
        g.lite = sqlite3.connect("a.db")
    return g.lite
def shared():
    if "shared" not in g:
        g.shared = sqlite3.connect("a.db", check_same_thread=False)
    return g.shared
@app.before_request
def connect():
    g.pg = psycopg.connect("dbname=a")
@app.after_request
def commit_lite(response):  # expect: app needs blocking, thread-bound
    lite().commit()
    return response
@app.after_request
def commit_shared(response):  # expect: app needs blocking
    shared().commit()
    return response
@app.after_request
def commit_pg(response):  # expect: app needs blocking
    g.pg.commit()
    return response
