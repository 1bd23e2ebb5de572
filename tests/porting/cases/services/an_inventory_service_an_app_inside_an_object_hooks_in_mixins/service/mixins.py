import logging
import time
from flask import g, request
log = logging.getLogger(__name__)
class TimingMixin:
    def install(self):
        self.app.before_request(self._begin)
        self.app.after_request(self._end)
    def _begin(self):
        g.started = time.perf_counter()
    def _end(self, response):  # expect: method needs nothing
        taken = time.perf_counter() - g.started
        log.info("%s %s took %.3f", request.method, request.path, taken)
        self.report(response, taken)
        return response
    def report(self, response, taken):
        response.headers["Server-Timing"] = f"total;dur={taken * 1000:.1f}"
class AuditMixin(TimingMixin):
    def install(self):
        super().install()
        self.app.after_request(self.audit)
    def audit(self, response):  # expect: method needs await-response, blocking
        row = self.row(response)
        self.store.insert(row)
        return response
    def row(self, response):
        body = response.get_json(silent=True) if response.is_json else None
        return {"status": response.status_code, "body": body}
