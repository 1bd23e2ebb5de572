import os, tempfile
from flask import Flask, send_from_directory, after_this_request, send_file
app = Flask(__name__)
EXPORTS = "/srv/exports"
@app.get("/x/<name>")
def x(name):
    @after_this_request
    def gone(resp):  # expect: this-request needs blocking, lifecycle
        os.remove(os.path.join(EXPORTS, name))
        return resp
    return send_from_directory(EXPORTS, name)
@app.get("/y")
def y():
    tmp = tempfile.NamedTemporaryFile(delete=False)
    tmp.write(b"x")
    tmp.close()
    after_this_request(lambda r: (os.unlink(tmp.name), r)[1])  # expect: this-request needs blocking, lifecycle
    return send_file(tmp.name)
@app.get("/z")
def z():
    old = os.path.join(EXPORTS, "old.txt")
    @after_this_request
    def gone(resp):  # expect: this-request needs blocking
        os.remove(old)
        return resp
    return "ok"
def schedule(path):
    @after_this_request
    def gone(resp):  # expect: this-request needs blocking, lifecycle
        try:
            os.remove(path)
        except OSError as e:
            app.logger.error("no %s", e)
        return resp
@app.get("/w")
def w():
    report = make_report()
    schedule(report)
    return send_file(report, download_name="x")
