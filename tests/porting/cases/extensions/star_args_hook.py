from flask import Flask
app = Flask(__name__)
def hook(*args, **kwargs):  # expect: call needs await-response
    response = args[0]
    response.headers["L"] = str(len(response.data))
    return response
app.after_request(hook)
