import flask
app = flask.Flask(__name__)
ALLOWED = {"a", "b"}
@app.after_request
def cors(response: flask.Response) -> flask.Response:  # expect: app needs nothing
    origin = flask.request.headers.get("Origin")
    if origin in ALLOWED:
        response.headers.add("Access-Control-Allow-Origin", origin)
        response.headers.extend({"Vary": "Origin"})
    response.access_control_allow_credentials = True
    response.vary.add("Origin")
    if flask.request.method == "OPTIONS":
        response.status_code = 204
    return response
