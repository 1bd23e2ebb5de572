from flask import Flask
import events
import handlers
app = Flask(__name__)
@app.after_request
def filtered(response):  # expect: app needs nothing
    for function in events.FILTERS:
        function(response)
    return response
@app.after_request
def sized(response):  # expect: app needs await-response
    events.TABLE["size"](response)
    return response
@app.after_request
def stated(response):  # expect: app needs nothing
    events.TABLE["status"](response)
    return response
