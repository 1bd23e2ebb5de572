from flask import Flask
app = Flask(__name__)
app.after_request(lambda r, name="X-L": r.headers.set(name, "1") or r)  # expect: lambda needs nothing
