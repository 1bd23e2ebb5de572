import collections
from flask import Flask
app = Flask(__name__)
def read(response):
    return response.get_data()
def mark(response):
    response.headers["X"] = "1"
GROUPS = collections.defaultdict(list)
GROUPS["a"].append(mark)
GROUPS["b"].append(read)
NESTED = collections.defaultdict(dict)
NESTED["a"]["x"] = mark
ORDERED = collections.OrderedDict()
ORDERED["m"] = mark
@app.after_request
def of_group(response):  # expect: app needs nothing
    for each in GROUPS["a"]:
        each(response)
    return response
@app.after_request
def of_other_group(response):  # expect: app needs await-response
    for each in GROUPS.get("b", []):
        each(response)
    return response
@app.after_request
def nested(response):  # expect: app needs nothing
    NESTED["a"]["x"](response)
    return response
@app.after_request
def ordered(response):  # expect: app needs nothing
    for name, each in ORDERED.items():
        each(response)
    return response
