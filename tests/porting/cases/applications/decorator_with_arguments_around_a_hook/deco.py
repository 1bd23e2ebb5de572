import functools
def only(*types):
    def outer(fn):
        @functools.wraps(fn)
        def inner(response, *a, **k):
            if response.mimetype not in types:
                return response
            return fn(response, *a, **k)
        return inner
    return outer
def timed(fn):
    def wrapper(*args, **kw):
        result = fn(*args, **kw)
        return result
    return wrapper
