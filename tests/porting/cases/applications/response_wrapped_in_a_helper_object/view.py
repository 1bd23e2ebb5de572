class View:
    def __init__(self, resp):
        self.resp = resp
    @property
    def size(self):
        return len(self.resp.get_data())
    def text(self):
        return self.resp.headers["X"]
