from flask import Flask
def create_app(config=None):
    app = Flask(__name__)
    from . import observe
    observe.init(app)
    from .api import bp
    app.register_blueprint(bp)
    return app
