import gzip as _gzip
from io import BytesIO
from flask import request, current_app
class Gzipper(object):
    def __init__(self, app=None, level=6):
        self.app = app
        self.level = level
        if app is not None:
            self.init_app(app)
    def init_app(self, app):
        app.config.setdefault("GZIP_MIN", 500)
        app.after_request(self.after_request)
    def after_request(self, response):  # expect: method needs await-response, missing-api
        accept = request.headers.get("Accept-Encoding", "")
        if "gzip" not in accept.lower():
            return response
        if response.direct_passthrough or not 200 <= response.status_code < 300:
            return response
        response.direct_passthrough = False
        response.set_data(self.compress(response))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = response.content_length
        return response
    def compress(self, response):
        buf = BytesIO()
        with _gzip.GzipFile(mode="wb", compresslevel=self.level, fileobj=buf) as f:
            f.write(response.get_data())
        return buf.getvalue()
