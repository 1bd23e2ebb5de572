from flask import Flask
from hooks import after as on_answer
app = Flask(__name__)
@on_answer(app)
def tail(response):  # expect: call needs await-response
    response.headers["X-Sum"] = str(hash(response.data))
    return response
