from flask import Flask
app = Flask(__name__)
def after_request(response):
    return response.data
def view():
    return after_request(app.response_class("x"))
