from flask import Flask
from reg import install
from more import third
app = Flask(__name__)
def first(response):  # expect: loop needs nothing
    return response
def second(response):  # expect: loop needs await-response
    response.set_data(response.get_data().upper())
    return response
install(app, hooks=[first, second, third])
