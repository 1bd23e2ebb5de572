from flask import Flask
app = Flask(__name__)
def a(response):  # expect: loop needs nothing
    return response
def b(response):  # expect: loop needs nothing
    return response
list(map(app.after_request, [a]))
[app.after_request(each) for each in (b,)]
