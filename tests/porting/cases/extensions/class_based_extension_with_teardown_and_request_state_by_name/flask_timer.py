import time
from flask import g, request
class Timer:
    def __init__(self, app=None, *, slow=1.0, on_slow=None):
        self.slow = slow
        self.on_slow = on_slow
        if app:
            self.init_app(app)
    def init_app(self, app):
        app.before_request(self._start)
        app.after_request(self._stop)
    def _start(self):
        g._timer = time.perf_counter()
    def _stop(self, response):  # expect: method needs undecided
        took = time.perf_counter() - g._timer
        if took > self.slow and self.on_slow:
            self.on_slow(request, response, took)
        return response
