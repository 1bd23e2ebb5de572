from flask import Flask as Base
class App(Base):
    def process_response(self, response):  # expect: subclass needs missing-api
        response = super().process_response(response)
        response.headers["X"] = "1"
        return response
