from flask import Flask, g, request, session
import time, logging, json, gzip, zlib
app = Flask(__name__)
@app.after_request
def h1(response):  # expect: app needs nothing
    response.data = b"new"
    response.set_data(gzip.compress(b"x"))
    response.direct_passthrough = False
    logging.getLogger("x").info("%s %s", request.path, response.status_code)
    response.headers["X-Time"] = str(time.perf_counter() - g.start)
    session["seen"] = True
    return response
