import collections, queue
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from flask import Flask
app = Flask(__name__)
class Exchange(NamedTuple):
    number: int
    response: Any
@dataclass
class Record:
    response: Any
    notes: list = field(default_factory=list)
    def size(self):
        return len(self.response.data)
@app.after_request
def exchange(response):  # expect: app needs await-response
    one = Exchange(1, response)
    response.headers["X"] = str(len(one.response.data) + one.number)
    return response
@app.after_request
def record(response):  # expect: app needs await-response
    response.headers["X"] = str(Record(response).size())
    return response
@app.after_request
def deque(response):  # expect: app needs await-response
    waiting = collections.deque(maxlen=3)
    waiting.append(response)
    waiting.popleft().get_data()
    return response
