from flask import Flask
from steps import Base, Cached
app = Flask(__name__)
app.after_request(Base())
for seconds in (1,):
    pass
app.after_request(Cached(60))
