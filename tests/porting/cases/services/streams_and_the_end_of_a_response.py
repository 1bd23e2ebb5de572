import functools, os
from flask import Flask, Response, request, stream_with_context
app = Flask(__name__)
def forget(path):  # expect: call-on-close needs blocking, lifecycle, missing-api
    os.remove(path)
@app.get("/export")
def export():
    response = Response(stream_with_context(rows()), mimetype="text/csv")
    response.call_on_close(functools.partial(forget, "/var/export.lock"))
    return response
def rows():
    yield "a,b\n"
@app.after_request
def length(response):  # expect: app needs missing-api
    if not response.is_streamed:
        response.headers["X-Length"] = str(response.calculate_content_length())
    return response
@app.after_request
def numbered(response):  # expect: app needs missing-api
    def lines(parts):
        for number, part in enumerate(parts):
            yield b"%d " % number + part
    response.response = lines(response.response)
    return response
@app.after_request
def tee(response):  # expect: app needs missing-api
    for chunk in response.iter_encoded():
        app.logger.debug("%r", chunk)
    return response
class Site(Flask):
    def process_response(self, response):  # expect: subclass needs missing-api
        response = super().process_response(response)
        response.headers.setdefault("X-Site", "1")
        return response
