from flask import Blueprint, request, g
import json
bp = Blueprint("api", __name__, url_prefix="/api")
class AuditTrail:
    def __init__(self, sink):
        self._sink = sink
    def emit(self, payload):
        self._sink.write(json.dumps(payload) + "\n")
        self._sink.flush()
trail = AuditTrail(open("/var/log/audit.jsonl", "a"))
@bp.after_request
def audit(response):  # expect: blueprint needs await-request, blocking
    trail.emit({"path": request.path, "body": request.get_json(silent=True)})
    return response
