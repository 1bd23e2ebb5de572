from flask import Flask
app = Flask(__name__)
class Plain:
    def size(self, response):
        return response.status_code
class Reading(Plain):
    def size(self, response):
        return len(response.get_data())
@app.after_request
def one(response):  # expect: app needs await-response
    sizer = Plain() if app.debug else Reading()
    print(sizer.size(response))
    return response
@app.after_request
def two(response):  # expect: app needs nothing
    kinds = {"plain": Plain, "reading": Reading}
    print(kinds["plain"]().size(response))
    return response
@app.after_request
def three(response):  # expect: app needs await-response
    first, *rest = [response, 1, 2]
    (a, b), c = (1, response), 2
    return b if b.data else first
@app.after_request
def four(response):  # expect: app needs nothing
    while not response.headers.get("X"):
        response.headers["X"] = "1"
        continue
    else:
        response.headers["Y"] = "1"
    del response.headers["X"]
    assert response, "x"
    return response
@app.after_request
def five(response):  # expect: app needs nothing
    items = [n for n in range(3) if n]
    table = {n: n for n in items}
    return (lambda answer: answer)(response) if table else response
