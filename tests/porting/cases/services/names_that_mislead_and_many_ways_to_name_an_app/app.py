import flask as f
import gzip as _gzip
from functools import partial
import places
from places import Holder, env as world
APP = f.Flask(__name__)
class Policy:
    @staticmethod
    def fixed(rv):  # expect: method needs nothing
        rv.headers["X-Fixed"] = "1"
        return rv
    @classmethod
    def of_class(cls, _request):  # expect: method needs nothing
        _request.headers["X-Class"] = cls.__name__
        return _request
    def own(self, prefix, r):  # expect: partial needs await-response
        r.headers[prefix] = str(len(r.data))
        return r
@Holder.app.after_request
def held(response):  # expect: app needs nothing
    return response
@places.env[0].after_request
def first(response):  # expect: app needs nothing
    return response
@world[1].after_request
def second(response):  # expect: app needs await-response
    if "gzip" in f.request.accept_encodings:
        response.set_data(_gzip.compress(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response
APP.after_request(Policy.fixed)
APP.after_request(Policy.of_class)
APP.after_request(partial(Policy().own, "X-Size"))
