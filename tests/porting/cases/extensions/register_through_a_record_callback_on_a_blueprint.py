from flask import Blueprint
bp = Blueprint("x", __name__)
@bp.record_once
def setup(state):
    state.app.after_request(stamp)
def stamp(response):  # expect: call needs nothing
    return response
