from sanic import Sanic
app = Sanic("x")
@app.after_request
def hook(request, response):
    return response
