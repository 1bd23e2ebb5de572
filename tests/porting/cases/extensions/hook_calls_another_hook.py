from flask import Flask
app = Flask(__name__)
@app.after_request
def inner(response):  # expect: app needs await-response
    response.headers["L"] = str(len(response.get_data()))
    return response
@app.after_request
def outer(response):  # expect: app needs await-response
    return inner(response)
