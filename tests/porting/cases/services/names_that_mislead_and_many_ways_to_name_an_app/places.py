from flask import Flask
class Holder:
    app = Flask("held")
env = [Flask("first"), Flask("second")]
