from flask import Flask
app = Flask(__name__)
class Amount:
    def __init__(self, response):
        self.response = response
    def __iadd__(self, other):
        self.response.get_data()
        return self
    def __neg__(self):
        return self.response.json
    def __bool__(self):
        return bool(self.response.data)
    def __delitem__(self, key):
        del self.response.headers[key]
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
    def __mod__(self, other):
        return self.response.status
    def __next__(self):
        raise StopIteration
    def __iter__(self):
        return self
@app.after_request
def added(response):  # expect: app needs await-response
    amount = Amount(response)
    amount += 1
    return response
@app.after_request
def negated(response):  # expect: app needs await-response
    response.headers["X"] = str(-Amount(response))
    return response
@app.after_request
def not_true(response):  # expect: app needs await-response
    if not Amount(response):
        response.headers["X"] = "empty"
    return response
