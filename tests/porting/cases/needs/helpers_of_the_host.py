from flask import *
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs await-helper
    response = make_response(response)
    flash("x")
    return response
@app.after_request
def b(response):  # expect: app needs await-helper
    if response.status_code == 404:
        return app.response_class(render_template("404.html"), 404)
    return response
@app.after_request
def c(response):  # expect: app needs await-helper
    return current_app.make_response(("x", 200))
@app.after_request
def d(response):  # expect: app needs nothing
    return jsonify({"a": 1})
