from flask import Flask, json
app = Flask(__name__)
@app.after_request
def wrap(response):  # expect: app needs await-response
    try:
        if response.mimetype == "application/json":
            body = response.get_json()
            response.data = json.dumps({"data": body})
    except Exception:
        app.logger.exception("could not wrap")
    return response
