from flask import Flask, Response
class Mine(Response):
    def set_cookie(self, *a, **k):
        super().set_cookie(*a, **k)
app = Flask(__name__)
app.response_class = Mine
@app.after_request
def h(response):  # expect: app needs nothing
    response.set_cookie("a", "b")
    return response
