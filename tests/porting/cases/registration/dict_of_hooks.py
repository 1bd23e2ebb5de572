from flask import Flask
def a(response):  # expect: loop needs nothing
    return response
def b(response):  # expect: loop needs blocking
    with open("log") as f:
        f.read()
    return response
HOOKS = {"a": a, "b": b}
app = Flask(__name__)
for name, hook in HOOKS.items():
    app.after_request(hook)
