from core import web
@web.after_request
async def hook(response):
    return response
