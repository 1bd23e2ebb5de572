from flask import Blueprint
one = Blueprint("one", __name__)
two = Blueprint("two", __name__)
@one.after_request
@two.after_request
def both(response):  # expect: blueprint needs nothing
    response.headers["X"] = "1"
    return response
