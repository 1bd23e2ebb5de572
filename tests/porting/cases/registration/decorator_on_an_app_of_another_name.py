from flask import Flask
site = Flask(__name__)
application = site
@application.after_request
def no_sniff(response):  # expect: app needs nothing
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
