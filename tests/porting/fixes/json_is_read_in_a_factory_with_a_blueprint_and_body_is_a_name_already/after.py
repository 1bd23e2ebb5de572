"""A factory."""
from flask import Blueprint, Flask
from afterware import Hooks, body as response_body, g


def create_app():
    app = Flask(__name__)
    bp = Blueprint("bp", __name__)

    @app.before_request
    def start():
        g.start = 1

    hooks = Hooks(order="reversed")
    hooks.init_app(bp)

    @hooks.after_request
    async def wrap(response):
        body = await response_body.read_json(response, silent=True, buffer=True)
        response.headers["X-Keys"] = ",".join(sorted(body))
        return response

    @bp.route("/")
    def index():
        return {"b": 1, "a": 2}

    app.register_blueprint(bp)
    return app


app = create_app()
