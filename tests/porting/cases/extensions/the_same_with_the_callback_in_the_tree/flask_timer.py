import time
from flask import g, request
class Timer:
    def __init__(self, app=None, *, on_slow=None):
        self.on_slow = on_slow
        app.after_request(self._stop)
    def _stop(self, response):  # expect: method needs await-response
        if self.on_slow:
            self.on_slow(response)
        return response
