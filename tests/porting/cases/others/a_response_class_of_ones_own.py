from flask import Flask, Response
app = Flask(__name__)
class Answer(Response):
    def size(self):
        return len(self.get_data())
    def plain(self):
        return self.status_code
@app.after_request
def one(response):  # expect: app needs await-response
    other = Answer("x")
    response.headers["X"] = str(other.size())
    return response
@app.after_request
def two(response):  # expect: app needs nothing
    other = Answer("x")
    response.headers["X"] = str(other.plain())
    return Answer("y")
