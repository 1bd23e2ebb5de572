from flask import Flask, request
from models import db, Audit
def create_app():
    app = Flask(__name__)
    db.init_app(app)
    @app.after_request
    def audit(response):  # expect: app needs blocking
        db.session.add(Audit(path=request.path))
        db.session.commit()
        return response
    @app.after_request
    def lookup(response):  # expect: app needs blocking
        response.headers["N"] = str(Audit.query.filter_by(x=1).count())
        return response
    return app
