import flask as f
APP = f.Flask(__name__)
def header(name, value):
    return lambda response, n=name, v=value: response.headers.set(n, v) or response  # expect: lambda needs nothing
APP.after_request(header("X-A", "1"))
@APP.get("/")
def home():
    @f.after_this_request
    def only_now(response):  # expect: this-request needs nothing
        response.direct_passthrough = False
        response.data = b"now"
        return response
    return "home"
f_funcs = APP.after_request_funcs.setdefault(None, [])
def listed(response):  # expect: funcs-list needs missing-api
    response.headers["X-Port"] = f.request.environ["REMOTE_PORT"]
    return response
f_funcs.insert(0, listed)
