from flask import Flask, request
app = Flask(__name__)
@app.after_request
def ok(response):  # expect: app needs nothing
    response.headers["A"] = request.args.get("a", "") + request.headers.get("B", "") + (request.endpoint or "")
    response.headers["C"] = request.cookies.get("c", "") + str(request.content_length) + request.full_path
    return response
