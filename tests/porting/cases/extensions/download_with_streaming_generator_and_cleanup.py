import os, shutil, tempfile
from flask import Flask, after_this_request, send_file
app = Flask(__name__)
@app.get("/zip")
def z():
    workdir = tempfile.mkdtemp()
    archive = shutil.make_archive(os.path.join(workdir, "out"), "zip", "src")
    @after_this_request
    def cleanup(response):  # expect: this-request needs blocking, lifecycle
        shutil.rmtree(workdir)
        return response
    return send_file(archive, as_attachment=True)
