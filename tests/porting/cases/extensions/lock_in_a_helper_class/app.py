from flask import Flask
from stats import STATS
app = Flask(__name__)
@app.after_request
def bump(response):  # expect: app needs blocking
    STATS.bump()
    return response
