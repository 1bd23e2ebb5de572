from flask import Flask, Blueprint
class Factory:
    def build(self):
        self.app = Flask(__name__)
        self.bp = Blueprint("x", __name__)
        self._hooks()
        return self.app
    def _hooks(self):
        app = self.app
        @app.after_request
        def one(r):  # expect: app needs nothing
            return r
        @self.bp.after_request
        def two(r):  # expect: blueprint needs nothing
            return r
