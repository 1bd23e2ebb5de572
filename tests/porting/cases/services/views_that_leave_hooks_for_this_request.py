import os
import uuid
from flask import Flask, after_this_request, make_response, send_file
app = Flask(__name__)
@app.get("/report")
def report():
    path = build()
    @after_this_request
    def clean(response):  # expect: this-request needs blocking, lifecycle
        try:
            os.unlink(path)
        except OSError as error:
            app.logger.warning("left %s: %s", path, error)
        return response
    return send_file(path, as_attachment=True)
@app.get("/draft")
def draft():
    scratch = build()
    with open(scratch) as stream:
        text = stream.read()
    @after_this_request
    def clean_draft(response):  # expect: this-request needs blocking
        os.unlink(scratch)
        return response
    return text
def build():
    return os.path.join("/var/reports", uuid.uuid4().hex)
@app.get("/plain")
def plain():
    @after_this_request
    def wrap(response):  # expect: this-request needs await-helper
        return make_response(response, 203)
    return "plain"
