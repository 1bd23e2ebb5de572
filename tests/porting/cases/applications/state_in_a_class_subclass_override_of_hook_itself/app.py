from flask import Flask
from base import Recorder
app = Flask(__name__)
Recorder().attach(app)
