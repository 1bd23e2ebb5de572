from flask import Request, Response
class MyRequest(Request):
    @property
    def tenant(self):
        return self.headers.get("X-Tenant", "-")
    @property
    def payload(self):
        return self.get_json(silent=True) or {}
    def user(self):
        return self.form.get("user")
class MyResponse(Response):
    default_mimetype = "text/plain"
    def finish(self, *, note):
        self.headers["X-Note"] = note
        return self
