from flask import Flask
from base import Base
class Upper(Base):
    class Options:
        loud = True
    def finish(self, response):
        response = super().finish(response)
        if self.Options.loud:
            response.set_data(response.get_data().upper())
        return response
app = Flask(__name__)
app.after_request(Upper.make())
