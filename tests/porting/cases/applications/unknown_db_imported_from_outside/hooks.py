from flask import g
from extensions import db, redis_client, statsd
def register(app):
    @app.after_request
    def commit(response):  # expect: app needs blocking
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        return response
    @app.after_request
    def hits(response):  # expect: app needs blocking
        redis_client.incr("hits")
        return response
