import cProfile
from flask import Flask, request
app = Flask(__name__)
profilers = {}
contexts = []
@app.before_request
def enter():
    profilers[request.path] = cProfile.Profile()
    profilers[request.path].enable()
    context = app.app_context()
    context.push()
    contexts.append(context)
@app.after_request
def stop(response):  # expect: app needs thread-bound
    profilers[request.path].disable()
    return response
@app.after_request
def leave(response):  # expect: app needs thread-bound
    contexts.pop().pop()
    return response
@app.after_request
def inside(response):  # expect: app needs nothing
    with app.app_context():
        response.headers["X"] = app.name
    return response
@app.after_request
def own(response):  # expect: app needs nothing
    profiler = cProfile.Profile()
    profiler.enable()
    profiler.disable()
    context = app.app_context()
    context.push()
    context.pop()
    return response
