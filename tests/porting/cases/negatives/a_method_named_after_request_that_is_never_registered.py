from flask import Flask
class Tracker:
    def before_request(self):
        pass
    def after_request(self, response):
        return response.get_data()
app = Flask(__name__)
tracker = Tracker()
