import pymysql
from flask import Flask, g
app = Flask(__name__)
def connect():
    if not hasattr(g, "mysql"):
        g.mysql = pymysql.connect(host="x")
    return g.mysql
def shut(x=None):  # expect: call needs blocking
    con = g.pop("mysql", None)
    if con:
        con.close()
    return x
app.after_request(shut)
app.teardown_request(shut)
