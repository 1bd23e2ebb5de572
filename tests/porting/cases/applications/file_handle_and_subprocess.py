import subprocess, os, socket, smtplib
from flask import Flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs blocking
    response.headers["V"] = subprocess.check_output(["git", "rev-parse", "HEAD"]).decode()
    return response
@app.after_request
def b(response):  # expect: app needs nothing
    response.headers["H"] = socket.gethostname() + os.environ.get("X", "") + str(os.getpid())
    return response
@app.after_request
def c(response):  # expect: app needs blocking
    with smtplib.SMTP("localhost") as s:
        s.sendmail("a", "b", "c")
    return response
@app.after_request
def d(response):  # expect: app needs blocking
    if os.path.exists("/tmp/maintenance"):
        response.status_code = 503
    return response
