import os, shutil, tempfile
from flask import Flask, after_this_request, send_file
app = Flask(__name__)
@app.get("/a")
def a():
    archive = build_archive()
    where = os.path.dirname(archive)
    @after_this_request
    def cleanup(response):  # expect: this-request needs blocking, lifecycle
        shutil.rmtree(where, ignore_errors=True)
        return response
    return send_file(archive)
@app.get("/b")
def b():
    name, where = fetch()
    @after_this_request
    def cleanup(response):  # expect: this-request needs blocking, lifecycle
        shutil.rmtree(where)
        return response
    return send_file(name)
@app.get("/c")
def c(source):
    temporary = tempfile.NamedTemporaryFile(delete=False)
    with open(source, "rb") as f:
        shutil.copyfileobj(f, temporary)
    @after_this_request
    def cleanup(response):  # expect: this-request needs blocking
        temporary.close()
        os.remove(source)
        return response
    return send_file(temporary.name)
@app.get("/d")
def d(path):
    try:
        return send_file(path)
    finally:
        @after_this_request
        def cleanup(response):  # expect: this-request needs blocking, lifecycle
            os.remove(path)
            return response
