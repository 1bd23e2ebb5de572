import collections, copy, itertools
from flask import Flask
app = Flask(__name__)
def mark(response):
    response.headers["X"] = "1"
QUEUE = collections.deque([mark])
SET = set()
SET.add(mark)
MADE = dict(a=mark)
MADE |= {"b": mark}
LIST = list((mark,))
LIST.extend([mark])
LIST += [mark]
def lists():
    return LIST
lists().append(mark)
@app.after_request
def queued(response):  # expect: app needs nothing
    QUEUE[0](response)
    QUEUE.rotate()
    return response
@app.after_request
def of_set(response):  # expect: app needs nothing
    for each in itertools.chain(SET, LIST, copy.copy(LIST)):
        each(response)
    return response
@app.after_request
def of_made(response):  # expect: app needs nothing
    MADE["a"](response)
    for each in MADE.copy().values():
        each(response)
    return response
@app.after_request
def popped(response):  # expect: app needs nothing
    LIST[:][-1](response)
    first, *others = [mark, mark]
    first(response)
    _, each = {"a": mark}.popitem()
    each(response)
    return response
