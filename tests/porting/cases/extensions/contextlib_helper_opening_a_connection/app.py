from flask import Flask
from db import connection
app = Flask(__name__)
@app.after_request
def one(response):  # expect: app needs blocking
    with connection() as con:
        con.execute("select 1")
    return response
