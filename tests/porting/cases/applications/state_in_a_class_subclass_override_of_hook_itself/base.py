from flask import request
class Recorder:
    store = None
    def attach(self, target):
        target.before_request(self.begin)
        target.after_request(self.finish)
    def begin(self):
        pass
    def finish(self, response):  # expect: method needs nothing
        self.save({"p": request.path, "s": response.status_code})
        return response
    def save(self, row):
        self.rows.append(row)
    rows = []
