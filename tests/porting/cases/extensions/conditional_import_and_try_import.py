try:
    import ujson as json
except ImportError:
    import json
from flask import Flask
app = Flask(__name__)
@app.after_request
def one(response):  # expect: app needs await-response
    doc = json.loads(response.get_data())
    response.set_data(json.dumps(doc))
    return response
