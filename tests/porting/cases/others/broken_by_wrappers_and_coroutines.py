import functools
from flask import Flask
app = Flask(__name__)
def forgets(f):
    @functools.wraps(f)
    def inner(response):
        f(response)
    return inner
@app.after_request
@forgets
def one(response):  # expect: app needs broken
    return response
async def later(response):
    return response
@app.after_request
def two(response):  # expect: app needs broken
    return later(response)
app.after_request(lambda response: later(response))  # expect: lambda needs broken
class Hook:
    def run(self):  # expect: method needs broken
        return None
app.after_request(Hook().run)
