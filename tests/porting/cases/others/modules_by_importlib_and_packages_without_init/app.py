import importlib
import parts.hooks
from flask import Flask
app = Flask(__name__)
app.after_request(parts.hooks.one)
module = importlib.import_module("late")
app.after_request(module.two)
