from flask import Flask
app = Flask(__name__)
@app.after_request
def h(_request):  # expect: app needs await-response
    out, n = _request, 1
    body = out.get_data
    print(body())
    return out
@app.after_request
def h2(resp):  # expect: app needs nothing
    data = {"r": resp}
    return data["r"]
