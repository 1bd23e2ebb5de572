from flask import Flask
from afterware import after_this_request, body, session

app = Flask(__name__)
app.secret_key = "x"


@app.route("/")
def index():
    @after_this_request
    async def later(response):
        response.headers["X-Length"] = str(len(await body.read(response, buffer=True)))
        session["seen"] = True
        return response

    return "hello"
