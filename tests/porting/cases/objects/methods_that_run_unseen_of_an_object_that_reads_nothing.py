from flask import Flask
app = Flask(__name__)
class Plain:
    def __init__(self, response):
        self.response = response
    def __repr__(self):
        return self.response.status
    def __iter__(self):
        return iter(self.response.headers)
    def __contains__(self, name):
        return name in self.response.headers
@app.after_request
def plain(response):  # expect: app needs nothing
    view = Plain(response)
    if "X" in view:
        response.headers["Y"] = ",".join(view) + repr(view)
    return response
