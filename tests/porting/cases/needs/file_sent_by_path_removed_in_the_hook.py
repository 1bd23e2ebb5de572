import os, tempfile, shutil
from flask import Flask, after_this_request, send_file
app = Flask(__name__)
@app.route("/a")
def a():
    d = tempfile.mkdtemp()
    out = os.path.join(d, "x.zip")
    build(out)
    @after_this_request
    def rm(response):  # expect: this-request needs blocking, lifecycle
        shutil.rmtree(d, ignore_errors=True)
        return response
    return send_file(out, as_attachment=True)
@app.route("/b")
def b():
    upload = save()
    result = convert(upload)
    @after_this_request
    def rm(response):  # expect: this-request needs blocking
        os.remove(upload)
        return response
    return send_file(result)
