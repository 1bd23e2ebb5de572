import abc
from dataclasses import dataclass
from flask import Flask, current_app, g
app = Flask(__name__)
class Step(abc.ABC):
    @abc.abstractmethod
    def run(self, response):
        raise NotImplementedError
    def __call__(self, response):  # expect: call needs await-response
        self.run(response)
        return response
class Mark(Step):
    def run(self, response):
        response.headers["X-Mark"] = "1"
class Digest(Step):
    def run(self, response):
        response.headers["X-Digest"] = str(hash(response.get_data()))
@dataclass
class Pipeline:
    steps: list
    def apply(self, response):
        for step in self.steps:
            step.run(response)
        return response
quick = Pipeline([Mark()])
slow = Pipeline(steps=[Mark(), Digest()])
@app.after_request
def marked(response):  # expect: app needs nothing
    return quick.apply(response)
@app.after_request
def digested(response):  # expect: app needs await-response
    return slow.apply(response)
app.after_request(Mark())
app.after_request(Digest())
