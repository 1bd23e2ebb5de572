def third(response):  # expect: loop needs blocking
    import time
    time.sleep(0.1)
    return response
