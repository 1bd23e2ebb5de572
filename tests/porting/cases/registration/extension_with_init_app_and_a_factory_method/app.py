from flask import Flask
from ext import Stamp
Stamp(Flask(__name__))
