from flask import Flask, after_this_request, session

app = Flask(__name__)
app.secret_key = "x"


@app.route("/")
def index():
    @after_this_request
    def later(response):
        response.headers["X-Length"] = str(len(response.get_data()))
        session["seen"] = True
        return response

    return "hello"
