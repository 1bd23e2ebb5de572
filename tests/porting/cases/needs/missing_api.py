from flask import Flask, request
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs missing-api
    if response.is_streamed or response.direct_passthrough:
        return response
    response.response = [b"x"]
    return response
@app.after_request
def b(response):  # expect: app needs missing-api
    for chunk in response.response:
        print(chunk)
    return response
@app.after_request
def c(response):  # expect: app needs missing-api
    response.headers["U"] = request.environ["wsgi.url_scheme"]
    return response
@app.after_request
def d(response):  # expect: app needs missing-api
    response.headers["N"] = str(sum(map(len, response.iter_encoded())))
    return response
@app.after_request
def e(response):  # expect: app needs missing-api
    response.stream.write(b"x")
    return response
