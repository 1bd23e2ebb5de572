from pathlib import Path
from flask import Flask, after_this_request, send_file
app = Flask(__name__)
@app.get("/x")
def x():
    target = Path("/tmp") / "report.pdf"
    render(target)
    @after_this_request
    def rm(response):  # expect: this-request needs blocking, lifecycle
        target.unlink(missing_ok=True)
        return response
    return send_file(str(target))
