from flask import Flask
app = Flask(__name__)
register = app.after_request
@register
def one(response):  # expect: app needs nothing
    return response
def two(response):  # expect: call needs nothing
    return response
getattr(app, "after_request")(two)
