from flask import Flask
import receivers
from signals import answered, lonely
app = Flask(__name__)
@app.after_request
def tell(response):  # expect: app needs await-response
    answered.send(app, response=response)
    return response
@app.after_request
def tell_nobody(response):  # expect: app needs undecided
    lonely.send(app, response=response)
    return response
