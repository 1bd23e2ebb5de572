class Ext:
    def init_app(self, app):
        app.after_request(self.handle)
    def handle(self, response):  # expect: method needs await-response, blocking
        self.before(response)
        self.write(self.render(response))
        return response
    def before(self, response):
        pass
    def render(self, response):
        return response.status
    def write(self, text):
        print(text)
