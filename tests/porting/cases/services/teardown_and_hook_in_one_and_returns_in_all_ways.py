from flask import Flask, abort, jsonify, redirect, request
app = Flask(__name__)
def close(value=None):  # expect: call needs broken
    if value is None:
        return None
    return value if request.method == "GET" else None
app.after_request(close)
app.teardown_request(close)
@app.after_request
def renew(response):  # expect: app needs await-response
    payload = response.json
    fresh = jsonify(data=payload)
    fresh.status_code = response.status_code
    return fresh
@app.after_request
def forgets_on_one_path(response):  # expect: app needs broken
    if request.path.startswith("/api"):
        response.headers["X-Api"] = "1"
        return response
@app.after_request
def quiet(response):  # expect: app needs await-request, await-response
    try:
        app.logger.info("%s -> %s", request.get_json(), response.get_data())
    except Exception:
        pass
    return response
@app.after_request
def gives_text(response):  # expect: app needs broken
    return "moved" if response.status_code == 301 else response
@app.after_request
def moves(response):  # expect: app needs nothing
    if response.status_code == 418:
        return redirect("/teapot")
    if response.status_code == 599:
        abort(500)
    return response
