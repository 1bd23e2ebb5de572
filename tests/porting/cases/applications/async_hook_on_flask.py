import httpx
from flask import Flask
app = Flask(__name__)
@app.after_request
async def h(response):  # expect: app needs nothing
    async with httpx.AsyncClient() as c:
        await c.post("http://x")
    return response
@app.after_request
async def h2(response):  # expect: app needs await-response
    response.headers["L"] = str(len(response.get_data()))
    return response
