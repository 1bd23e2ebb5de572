from flask import Flask
from somelib import traced
app = Flask(__name__)
@app.after_request
@traced("x")
def one(response):  # expect: app needs undecided
    return response
