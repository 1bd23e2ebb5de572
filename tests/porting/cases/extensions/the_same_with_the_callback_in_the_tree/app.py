from flask import Flask
from flask_timer import Timer
def complain(resp):
    print(len(resp.data))
app = Flask(__name__)
Timer(app, on_slow=complain)
