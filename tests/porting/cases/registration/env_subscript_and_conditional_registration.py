import os
from flask import Flask
env = [Flask(__name__)]
if os.environ.get("DEBUG"):
    @env[0].after_request
    def dbg(response):  # expect: app needs nothing
        response.headers["X-Debug"] = "1"
        return response
