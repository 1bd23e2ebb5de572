import wrapper
server = wrapper.Server()
@server.app.after_request
def outer(response):  # expect: app needs nothing
    return response
