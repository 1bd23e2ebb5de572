from flask import Flask
app = Flask(__name__)
@app.after_request
def h(response):  # expect: app needs nothing
    return response
    response.get_data()
@app.after_request
def h2(response):  # expect: app needs nothing
    if False:
        response.get_data()
    return response
