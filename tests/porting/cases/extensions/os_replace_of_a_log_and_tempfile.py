import tempfile, os, json
from flask import Flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs blocking
    fd, name = tempfile.mkstemp()
    os.write(fd, b"x")
    os.close(fd)
    return response
@app.after_request
def b(response):  # expect: app needs blocking
    os.makedirs("x", exist_ok=True)
    return response
