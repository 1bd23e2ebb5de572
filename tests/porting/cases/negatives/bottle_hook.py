import bottle
@bottle.hook("after_request")
def cors():
    bottle.response.headers["x"] = "1"
