from flask import Flask
app = Flask(__name__)
class View:
    def __init__(self, response):
        self.response = response
    def __str__(self):
        return self.response.get_data(as_text=True)
    def __len__(self):
        return int(self.response.headers["Content-Length"])
    def __iter__(self):
        yield self.response.status
        yield self.response.json
    def __eq__(self, other):
        return self.response.data == other
    def __add__(self, other):
        return self.response.status + other
    def __getattr__(self, name):
        return self.response.get_json()[name]
@app.after_request
def printed(response):  # expect: app needs await-response
    app.logger.info("%s", View(response))
    return response
@app.after_request
def formatted(response):  # expect: app needs await-response
    response.headers["X"] = f"<{View(response)}>"
    return response
@app.after_request
def measured(response):  # expect: app needs nothing
    response.headers["X"] = str(len(View(response)))
    return response
@app.after_request
def iterated(response):  # expect: app needs await-response
    for part in View(response):
        response.headers["X"] = str(part)
    return response
