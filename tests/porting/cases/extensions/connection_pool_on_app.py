from flask import Flask, current_app, g
from psycopg2.pool import ThreadedConnectionPool
def create_app():
    app = Flask(__name__)
    app.pool = ThreadedConnectionPool(1, 5, "x")
    @app.before_request
    def get():
        g.conn = current_app.pool.getconn()
    @app.after_request
    def put(response):  # expect: app needs blocking
        g.conn.commit()
        current_app.pool.putconn(g.conn)
        return response
    return app
