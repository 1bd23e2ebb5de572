from flask import Flask
app = Flask(__name__)
def a(response):  # expect: funcs-list needs nothing
    return response
def b(response):  # expect: funcs-list needs nothing
    return response
def c(response):  # expect: funcs-list needs nothing
    return response
def d(response):  # expect: funcs-list needs nothing
    return response
def e(response):  # expect: funcs-list needs nothing
    return response
app.after_request_funcs.setdefault(None, []).append(a)
app.after_request_funcs[None].insert(0, b)
funcs = app.after_request_funcs.setdefault("admin", [])
funcs.extend([c])
app.after_request_funcs[None] = [d]
app.after_request_funcs[None] += [e]
