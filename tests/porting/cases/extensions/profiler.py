import cProfile, pstats, io
from flask import Flask, g
app = Flask(__name__)
@app.before_request
def b():
    g.prof = cProfile.Profile()
    g.prof.enable()
@app.after_request
def a(response):  # expect: app needs thread-bound
    g.prof.disable()
    out = io.StringIO()
    pstats.Stats(g.prof, stream=out).print_stats(5)
    response.headers["P"] = str(len(out.getvalue()))
    return response
