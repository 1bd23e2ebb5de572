def two(response):  # expect: call needs nothing
    return response
