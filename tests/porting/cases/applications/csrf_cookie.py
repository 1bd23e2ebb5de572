from flask import Flask
from flask_wtf.csrf import generate_csrf
app = Flask(__name__)
@app.after_request
def set_csrf(response):  # expect: app needs nothing
    response.set_cookie("csrf", generate_csrf())
    return response
