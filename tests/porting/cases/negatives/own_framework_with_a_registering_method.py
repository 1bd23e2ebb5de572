from flask import Flask
class Pipeline:
    def __init__(self):
        self.steps = []
    def after_request(self, function):
        self.steps.append(function)
        return function
pipe = Pipeline()
@pipe.after_request
def step(value):
    return value + 1
