class Trace:
    def __init__(self, app=None):
        self.app = app
        if app is not None:
            self.init_app(app)
    def init_app(self, app):
        self.app = app
        self.setup()
    def setup(self):
        self.app.after_request(self._after)
    def _after(self, response):  # expect: method needs nothing
        response.headers["X-Trace"] = "1"
        return response
