import peewee
from flask import Flask
database = peewee.SqliteDatabase("x")
app = Flask(__name__)
@app.before_request
def o():
    database.connect()
@app.after_request
def c(response):  # expect: app needs blocking, thread-bound
    database.close()
    return response
