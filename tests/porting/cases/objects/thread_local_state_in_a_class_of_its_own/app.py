from flask import Flask, request
from state import state
app = Flask(__name__)
@app.before_request
def enter():
    state.remember(request.headers.get("X-User"))
    state.marks.append("enter")
    state.depth += 1
@app.after_request
def tell(response):  # expect: app needs thread-bound
    response.headers["X-User"] = state.user or "-"
    return response
@app.after_request
def marks(response):  # expect: app needs thread-bound
    response.headers["X-Marks"] = ",".join(state.marks)
    return response
@app.after_request
def depth(response):  # expect: app needs thread-bound
    response.headers["X-Depth"] = str(state.depth)
    return response
@app.after_request
def only_mine(response):  # expect: app needs nothing
    state.count += 1
    return response
@app.after_request
def own_scratch(response):  # expect: app needs nothing
    state.buffer = [1]
    response.headers["X-N"] = str(len(state.buffer))
    return response
