from flask import Blueprint
def make(name):
    bp = Blueprint(name, __name__)
    @bp.after_request
    def h(r):  # expect: blueprint needs nothing
        r.headers["X-Name"] = name
        return r
    bp.after_request(_no_cache)
    return bp
def _no_cache(r):  # expect: call needs nothing
    r.headers["Cache-Control"] = "no-store"
    return r
BPS = [make(n) for n in ("a", "b")]
