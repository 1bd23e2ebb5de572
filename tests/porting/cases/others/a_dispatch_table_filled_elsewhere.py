from flask import Flask
app = Flask(__name__)
FORMATS = {}
def as_json(response):
    return response.get_json()
def as_text(response):
    return response.status
FORMATS["application/json"] = as_json
FORMATS["text/html"] = as_text
@app.after_request
def note(response):  # expect: app needs await-response
    how = FORMATS.get(response.mimetype, as_text)
    FORMATS["text/html"](response)
    app.logger.info("%s", how(response))
    return response
