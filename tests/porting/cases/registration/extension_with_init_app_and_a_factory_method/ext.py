class Stamp:
    def __init__(self, app=None, header="X-Stamp"):
        self.header = header
        if app is not None:
            self.init_app(app)
    def init_app(self, app):
        app.after_request(self.make())
    def make(self):
        def stamp(response):  # expect: call needs nothing
            response.headers[self.header] = "1"
            return response
        return stamp
