from flask import Flask
from .mixins import AuditMixin
from .store import Store
class Service(AuditMixin):
    def __init__(self):
        self.app = Flask("service")
        self.store = Store("audit.db")
        self.install()
service = Service()
@service.app.after_request
def version(response):  # expect: app needs nothing
    response.headers["X-Version"] = "1"
    return response
