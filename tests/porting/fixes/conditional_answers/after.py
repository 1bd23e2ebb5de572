from flask import Flask
from afterware import Hooks, body, request

app = Flask(__name__)


hooks = Hooks(order="reversed")
hooks.init_app(app)


@hooks.after_request
async def etag(response):
    await body.add_etag(response)
    await body.make_conditional(response)
    return response  # 304


@app.route("/")
def index():
    return "hello"
