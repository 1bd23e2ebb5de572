from flask import after_this_request
def track():
    def fn(response):  # expect: this-request needs broken
        response.set_cookie("seen", "1")
    after_this_request(fn)
def track2():
    after_this_request(lambda r: r.set_cookie("a", "b"))  # expect: this-request needs broken
