from werkzeug.local import Local
from flask import Flask
state = Local()
app = Flask(__name__)
@app.before_request
def b():
    state.user = 1
@app.after_request
def a(response):  # expect: app needs thread-bound
    response.headers["U"] = str(state.user)
    return response
