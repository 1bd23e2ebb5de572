from collections import Counter
from flask import Flask, request
app = Flask(__name__)
HITS = Counter()
@app.after_request
def bump(response):  # expect: app needs nothing
    HITS[request.path] += 1
    HITS.update([response.status_code])
    return response
