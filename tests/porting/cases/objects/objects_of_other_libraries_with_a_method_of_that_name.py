from unittest import mock
from flask import Flask
from somedb import Driver
import busses
app = Flask(__name__)
driver = Driver("x")
bus = busses.connect()
fake = mock.MagicMock()
@driver.after_request
def one(response):
    return response
@bus.after_request
def two(response):
    return response
fake.after_request(one)
