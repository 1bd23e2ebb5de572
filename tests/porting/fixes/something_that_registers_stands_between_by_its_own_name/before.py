from flask import Flask, request

app = Flask(__name__)

def mark(response, letter):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + letter

def extend():
    def between(response):
        mark(response, "b")
        return response

    app.after_request(between)

@app.after_request
def first(response):
    mark(response, "1" + request.method)
    return response

extend()

@app.after_request
def second(response):
    mark(response, "2")
    return response

@app.get("/")
def home():
    return "home"

@app.after_request
def third(response):
    mark(response, "3")
    return response
