from microdot import Microdot
app = Microdot()
@app.after_request
def func(request, response):
    return response
