import os
from flask import make_response
def view(path):
    resp = make_response("x")
    @resp.call_on_close
    def cleanup():  # expect: call-on-close needs blocking, lifecycle, missing-api
        os.unlink(path)
    return resp
def other():
    resp = make_response("y")
    counts = []
    resp.call_on_close(lambda: counts.append(1))  # expect: call-on-close needs lifecycle, missing-api
    return resp
