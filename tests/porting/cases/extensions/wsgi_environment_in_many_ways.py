from flask import Flask, request
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs missing-api
    env = request.environ
    response.headers["S"] = env.get("SERVER_SOFTWARE", "")
    return response
@app.after_request
def b(response):  # expect: app needs await-request, missing-api
    left = request.stream.read()
    data = request.get_data()
    return response
