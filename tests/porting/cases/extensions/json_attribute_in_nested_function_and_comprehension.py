from flask import Flask
app = Flask(__name__)
@app.after_request
def h(response):  # expect: app needs await-response
    def size():
        return sum(len(k) for k in response.json)
    response.headers["N"] = str(size())
    return response
@app.after_request
def h2(response):  # expect: app needs nothing
    def never():
        return response.get_data()
    return response
