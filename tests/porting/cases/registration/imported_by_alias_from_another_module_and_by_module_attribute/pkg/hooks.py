def stamp(response):  # expect: call needs await-response
    if response.json:
        response.headers["X-Json"] = "1"
    return response
def other(response):  # expect: call needs nothing
    return response
