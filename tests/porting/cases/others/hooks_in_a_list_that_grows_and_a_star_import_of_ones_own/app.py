from flask import Flask
from pool import *
app = Flask(__name__)
for number, hook in enumerate(HOOKS):
    app.after_request(hook)
