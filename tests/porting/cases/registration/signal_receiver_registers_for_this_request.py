from flask import request_started, after_this_request, Flask
app = Flask(__name__)
def started(sender, **extra):
    @after_this_request
    def mark(response):  # expect: this-request needs nothing
        response.headers["X-Signal"] = "1"
        return response
request_started.connect(started, app)
