HOOKS = []
def one(response):  # expect: loop needs nothing
    return response
def two(response):  # expect: loop needs blocking
    import os
    os.listdir(".")
    return response
HOOKS += [one]
HOOKS = HOOKS + [two]
