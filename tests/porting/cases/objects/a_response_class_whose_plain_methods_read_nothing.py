from flask import Flask, Response
app = Flask(__name__)
class Sized(Response):
    def length(self):
        return len(self.get_data())
    @property
    def text(self):
        return self.status + self.data.decode()
    @property
    def short(self):
        return self.status[:3]
    @short.setter
    def short(self, value):
        self.set_data(value)
    def stamp(self):
        self.headers["X-Stamp"] = "1"
class Page(Sized):
    def set_cookie(self, *args, **more):
        self.headers["X-Sum"] = str(self.length())
        super().set_cookie(*args, **more)
app.response_class = Page
@app.after_request
def plain_property(response):  # expect: app needs nothing
    response.headers["X"] = response.short
    response.short = "abc"
    return response
@app.after_request
def plain_method(response):  # expect: app needs nothing
    response.stamp()
    return response
@app.after_request
def nobodys_method(response):  # expect: app needs undecided
    response.sparkle()
    return response
