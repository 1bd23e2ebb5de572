from flask import Flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs broken
    return response.headers
@app.after_request
def b(response):  # expect: app needs await-response, broken
    return response.get_data()
@app.after_request
def c(response):  # expect: app needs broken
    return {"ok": True}
@app.after_request
def d(response):  # expect: app needs broken
    yield response
@app.after_request
def e(response):  # expect: app needs broken
    return True and response.status_code
