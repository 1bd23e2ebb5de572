from flask import Flask
class Server:
    def __init__(self):
        self.app = Flask(__name__)
        @self.app.after_request
        def inner(response):  # expect: app needs nothing
            return response
