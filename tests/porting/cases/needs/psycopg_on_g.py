import psycopg2
from flask import Flask, g
app = Flask(__name__)
@app.before_request
def open_it():
    g.con = psycopg2.connect("x")
    g.cur = g.con.cursor()
@app.after_request
def close(response):  # expect: app needs blocking
    g.cur.close()
    return response
