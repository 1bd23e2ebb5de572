from events import filters, named
@filters
def mark(response):
    response.headers["X-Mark"] = "1"
@named("size")
def size(response):
    return len(response.get_data())
@named("status")
def status(response):
    return response.status
