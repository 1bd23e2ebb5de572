from flask import Flask, render_template_string as rts
import flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs await-helper
    response.set_data(rts("{{ 1 }}"))
    return response
@app.after_request
def b(response):  # expect: app needs await-helper
    return flask.send_from_directory("static", "x.html")
@app.after_request
def c(response):  # expect: app needs await-helper
    if response.status_code == 404:
        return app.send_static_file("404.html")
    return response
