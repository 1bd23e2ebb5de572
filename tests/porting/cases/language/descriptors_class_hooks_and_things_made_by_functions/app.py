from flask import Flask
from made import Info, Upper, make_hook
app = Flask(__name__)
app.after_request(make_hook("X-A", "1"))
app.after_request(make_hook("X-B", "2", read=True))
@app.after_request
def upper(response):  # expect: app needs await-response
    Upper().run(response)
    return response
@app.after_request
def lazy(response):  # expect: app needs await-response
    response.headers["X-Size"] = str(Info(response).size)
    return response
@app.after_request
def not_lazy(response):  # expect: app needs nothing
    response.headers["X-Status"] = Info(response).status
    return response
