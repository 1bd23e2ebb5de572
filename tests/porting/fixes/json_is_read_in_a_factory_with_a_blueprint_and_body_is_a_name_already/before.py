"""A factory."""
from flask import Blueprint, Flask, g


def create_app():
    app = Flask(__name__)
    bp = Blueprint("bp", __name__)

    @app.before_request
    def start():
        g.start = 1

    @bp.after_request
    def wrap(response):
        body = response.get_json(silent=True)
        response.headers["X-Keys"] = ",".join(sorted(body))
        return response

    @bp.route("/")
    def index():
        return {"b": 1, "a": 2}

    app.register_blueprint(bp)
    return app


app = create_app()
