import psycopg
from contextlib import closing
from flask import Flask
app = Flask(__name__)
@app.after_request
def one(response):  # expect: app needs blocking
    with closing(psycopg.connect("x")) as con, con.cursor() as cur:
        cur.execute("select 1")
    return response
