from flask import Flask, Response
app = Flask(__name__)
class Csv(Response):
    def set_cookie(self, *args, **more):
        raise RuntimeError(self.get_data())
@app.route("/csv")
def csv():
    return Csv("a,b")
@app.after_request
def cookie(response):  # expect: app needs nothing
    response.set_cookie("seen", "1")
    return response
