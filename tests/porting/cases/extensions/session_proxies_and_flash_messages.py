from flask import Flask, session, get_flashed_messages
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs nothing
    session.permanent = True
    session.pop("x", None)
    response.headers["F"] = str(len(get_flashed_messages()))
    return response
