class Audit:
    def __init__(self, app):
        app.extensions["audit"] = self
        app.config.update(ON_AUDIT=self.note)
        app.config.setdefault("AUDIT_NAME", "x")
    def note(self, response):
        return response.get_data()
    def mark(self, response):
        response.headers["X-Audit"] = "1"
