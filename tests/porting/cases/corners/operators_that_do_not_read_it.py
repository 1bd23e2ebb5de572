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
def deleted(response):  # expect: app needs nothing
    amount = Amount(response)
    del amount["X"]
    amount.note = "1"
    return response
@app.after_request
def modulo(response):  # expect: app needs nothing
    response.headers["X"] = Amount(response) % 3
    a, b = "%s %s" % (response.status, "x"), [*Amount(response)]
    assert 1 < len(a) <= 100
    return response
