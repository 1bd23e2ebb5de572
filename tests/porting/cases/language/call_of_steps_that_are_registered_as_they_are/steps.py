class Base:
    name = "X-Base"
    def __call__(self, response):  # expect: call needs nothing
        response.headers[self.name] = self.value(response)
        return response
    def value(self, response):
        return response.status
class Cached:
    def __init__(self, seconds):
        self.seconds = seconds
    def __call__(self, response):  # expect: call needs nothing
        response.cache_control.max_age = self.seconds
        return response
