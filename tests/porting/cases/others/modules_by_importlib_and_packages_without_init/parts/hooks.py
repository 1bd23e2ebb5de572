def one(response):  # expect: call needs blocking
    import time
    time.sleep(1)
    return response
