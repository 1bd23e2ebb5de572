from flask import Flask, request
app = Flask(__name__)
@app.after_request
def log_it(response):  # expect: app needs await-request
    app.logger.info("%s %s", list(request.files), request.form.to_dict())
    return response
