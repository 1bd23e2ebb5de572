from flask import Flask
from view import View
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs await-response
    response.headers["N"] = str(View(response).size)
    return response
@app.after_request
def b(response):  # expect: app needs nothing
    response.headers["M"] = View(response).text()
    return response
