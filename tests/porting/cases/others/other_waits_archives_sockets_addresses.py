import gzip, zipfile, io, socket, urllib.request, smtplib, dbm
from flask import Flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs blocking
    with gzip.open("x.gz", "wb") as f:
        f.write(b"x")
    return response
@app.after_request
def b(response):  # expect: app needs nothing
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("a", "b")
    return response
@app.after_request
def c(response):  # expect: app needs blocking
    s = socket.socket()
    s.connect(("localhost", 1))
    return response
@app.after_request
def d(response):  # expect: app needs blocking
    urllib.request.urlopen("http://x").read()
    return response
