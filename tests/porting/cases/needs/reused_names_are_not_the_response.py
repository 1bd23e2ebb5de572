import requests
from flask import Flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs blocking
    original = response
    response = requests.get("http://x")
    data = response.json()
    print(response.data if hasattr(response, "data") else data)
    return original
