from flask import Flask
from db import db_session
app = Flask(__name__)
@app.after_request
def drop(response):  # expect: app needs blocking, thread-bound
    db_session.remove()
    return response
