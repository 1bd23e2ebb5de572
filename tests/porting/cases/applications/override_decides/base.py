class Recorder:
    def attach(self, target):
        target.after_request(self.finish)
    def finish(self, response):  # expect: method needs blocking
        self.save(response.status_code)
        return response
    def save(self, row):
        pass
