from flask import Flask
app = Flask(__name__)
def one(response):  # expect: funcs-list needs nothing
    return response
def two(response):  # expect: funcs-list needs await-response
    response.get_data()
    return response
def three(response):  # expect: funcs-list needs nothing
    return response
def answer(response):  # expect: subclass needs missing-api
    return response
app.after_request_funcs = {None: [one], "admin": [two]}
app.after_request_funcs.update({"api": (three,)})
app.process_response = answer
