import acme_filters, json, logging
import acme_policy
from flask import Flask, Response, request
from acme_base import AcmeSite, acme_hook
app = Flask(__name__)
log = logging.getLogger("app")
@app.after_request
def filtered(response):  # expect: app needs undecided
    return acme_filters.apply(response)
@app.after_request
def by_data(response):  # expect: app needs nothing
    response.headers["X-P"] = acme_policy.header_for(request.path)
    return response
@app.after_request
def logged(response):  # expect: app needs nothing
    log.info("%s %s", request, response)
    return response
@app.after_request
def packed(response):  # expect: app needs undecided
    acme_filters.apply_all({"response": response, "path": request.path})
    return response
@app.after_request
def kept(response):  # expect: app needs undecided
    acme_filters.Filter(response).run()
    return response
@app.after_request
def copied(response):  # expect: app needs nothing
    acme_policy.note(dict(response.headers), response.status_code)
    return response
app.after_request(acme_hook)  # expect: call needs undecided
@app.after_request
@acme_filters.traced
def wrapped(response):  # expect: app needs undecided
    return response
