class Base:
    header = "X-Base"
    @classmethod
    def make(cls):
        return cls()
    def __call__(self, response):  # expect: call needs await-response
        return self.finish(response)
    def finish(self, response):
        response.headers[self.header] = "1"
        return response
