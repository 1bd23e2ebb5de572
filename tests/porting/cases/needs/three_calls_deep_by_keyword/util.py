import requests as http
def one(n, *, req=None, resp=None):
    two(req=req, response=resp)
    return resp
def two(response, **kw):
    three(kw["req"], response)
def three(a, b):
    http.post("http://x", json={"q": a.form.get("x"), "r": b.get_json(silent=True)})
