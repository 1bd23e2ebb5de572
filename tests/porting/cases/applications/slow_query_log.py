from flask import Flask
from flask_sqlalchemy.record_queries import get_recorded_queries
app = Flask(__name__)
@app.after_request
def slow(response):  # expect: app needs nothing
    for q in get_recorded_queries():
        if q.duration > 1:
            app.logger.warning("slow %s", q.statement)
    return response
