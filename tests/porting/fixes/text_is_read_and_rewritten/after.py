from flask import Flask
from afterware import Hooks, body, request

app = Flask(__name__)


hooks = Hooks(order="reversed")
hooks.init_app(app)


@hooks.after_request
async def shout(response):
    # louder
    text = (await body.read(response, buffer=True)).decode()  # as text
    response.set_data(text.upper())
    response.headers["X-Path"] = request.path
    return response


@app.route("/")
def index():
    return "hello"
