from flask import Flask
from b import BodyFileExt
app = Flask(__name__)
BodyFileExt().init_app(app)
