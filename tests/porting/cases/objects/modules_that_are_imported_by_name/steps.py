def go(response):
    return response.get_data()
def mark(response):
    response.headers["X"] = "1"
