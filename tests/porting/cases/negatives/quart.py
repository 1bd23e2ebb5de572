from quart import Quart, after_this_request, request
app = Quart(__name__)
@app.after_request
async def hook(response):
    data = await response.get_data()
    return response
@app.route("/")
async def view():
    @after_this_request
    async def later(response):
        return response
    return "x"
