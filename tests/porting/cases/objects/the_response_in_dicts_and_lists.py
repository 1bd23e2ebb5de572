from flask import Flask
app = Flask(__name__)
@app.after_request
def of_a_dict(response):  # expect: app needs await-response
    context = {}
    context["response"] = response
    context.update(name="x")
    return response if context["response"].get_data() else response
@app.after_request
def of_a_list(response):  # expect: app needs await-response
    stack = []
    stack.append(response)
    for each in stack:
        each.get_json()
    return stack[0]
@app.after_request
def plain_list(response):  # expect: app needs nothing
    stack = [response]
    stack.insert(0, response.status)
    for each in stack[1:]:
        each.headers["X"] = "1"
    return response
