from events import finished, started
@finished.connect
def archive(response):
    with open("archive", "ab") as stream:
        stream.write(response.status.encode())
@started.on("html")
def html(response):
    response.headers["X-Html"] = "1"
@finished.on("json")
def as_json(response):
    return response.json
