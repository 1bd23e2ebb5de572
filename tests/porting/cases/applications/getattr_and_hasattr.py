from flask import Flask
app = Flask(__name__)
@app.after_request
def h(response):  # expect: app needs await-response
    payload = getattr(response, "json", None)
    if payload:
        response.headers["K"] = ",".join(payload)
    return response
