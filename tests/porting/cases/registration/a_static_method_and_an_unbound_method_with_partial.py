from functools import partial
from flask import Flask
class Headers:
    name = "X"
    @classmethod
    def put(cls, response):  # expect: method needs nothing
        response.headers[cls.name] = "1"
        return response
    def mine(self, response):  # expect: partial needs await-response
        response.headers["L"] = str(len(response.get_data()))
        return response
app = Flask(__name__)
app.after_request(Headers.put)
app.after_request(partial(Headers.mine, Headers()))
