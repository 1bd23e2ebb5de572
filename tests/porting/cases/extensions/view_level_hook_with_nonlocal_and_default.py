from flask import Flask, after_this_request, jsonify
app = Flask(__name__)
@app.get("/")
def index():
    count = 0
    @after_this_request
    def note(response, name="x"):  # expect: this-request needs nothing
        nonlocal count
        count += 1
        response.headers[name] = str(count)
        return response
    return jsonify(1)
