from flask import Flask
import events
import handlers
app = Flask(__name__)
@app.after_request
def fired(response):  # expect: app needs blocking
    events.finished.fire(response)
    return response
@app.after_request
def fired_for_none(response):  # expect: app needs nothing
    events.nobody.fire(response)
    return response
@app.after_request
def sent_html(response):  # expect: app needs nothing
    events.started.send("html", response)
    return response
@app.after_request
def sent_json(response):  # expect: app needs await-response
    events.finished.send("json", response)
    return response
