from flask import Flask, abort
app = Flask(__name__)
@app.after_request
def h(response):  # expect: app needs broken
    match response.status_code:
        case 200:
            return response
        case 404:
            return response
@app.after_request
def h2(response):  # expect: app needs nothing
    match response.status_code:
        case 200:
            return response
        case _:
            return response
@app.after_request
def h3(response):  # expect: app needs nothing
    if response.status_code == 418:
        abort(500)
    for x in (1, 2):
        if x:
            break
    else:
        return response
    return response
@app.after_request
def h4(response):  # expect: app needs broken
    for x in range(3):
        return response
