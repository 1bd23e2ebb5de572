import psycopg2
from flask import Flask
app = Flask(__name__)
con = None
def connect():
    global con
    con = psycopg2.connect("x")
@app.after_request
def write(response):  # expect: app needs blocking
    if con is not None:
        con.cursor().execute("select 1")
    return response
