from flask import Flask
app = Flask(__name__)
@app.after_request
def h(response):  # expect: app needs await-response
    if (n := len(response.data)) > 10:
        response.headers["N"] = f"{n}"
    return response
@app.after_request
def h2(response):  # expect: app needs await-response
    app.logger.debug(f"answer: {response.get_data(as_text=True)[:100]}")
    return response
@app.after_request
def h3(response):  # expect: app needs nothing
    return response if response.headers.get("X") else _with(response)
def _with(response):
    response.headers["X"] = "1"
    return response
