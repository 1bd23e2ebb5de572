import flask
class Site(flask.Flask):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.after_request(self._stamp)
        self.after_request(self.note)
    def _stamp(self, response):  # expect: method needs nothing
        response.headers["X-Site"] = self.name
        return response
    @staticmethod
    def note(response):  # expect: method needs nothing
        response.headers["X-Note"] = "1"
        return response
