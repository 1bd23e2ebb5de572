from flask import Flask, Response
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs missing-api
    response.response = (x.upper() for x in response.response)
    return response
@app.after_request
def b(response):  # expect: app needs missing-api
    if response.is_sequence:
        response.headers["Parts"] = "1"
    return response
