from flask import Flask, request
app = Flask(__name__)
@app.after_request
def log_it(response):  # expect: app needs await-request
    if request.is_json:
        app.logger.info(request.json)
    return response
