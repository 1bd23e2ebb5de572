from pathlib import Path
import redis
from flask import Flask, request
from flask_mail import Mail, Message
from tasks import audit
app = Flask(__name__)
mail = Mail(app)
r = redis.Redis()
@app.after_request
def a(response):  # expect: app needs blocking
    audit.delay(request.path)
    return response
@app.after_request
def b(response):  # expect: app needs blocking
    mail.send(Message("x"))
    return response
@app.after_request
def c(response):  # expect: app needs blocking
    r.incr("hits")
    return response
@app.after_request
def d(response):  # expect: app needs blocking
    (Path("a") / "b").write_text("x")
    return response
@app.after_request
def e(response):  # expect: app needs nothing
    p = Path("a") / "b"
    response.headers["N"] = p.name + str(p.suffix)
    return response
