class Extension:
    def __init__(self, app=None):
        self.callbacks = []
        if app is not None:
            app.after_request(self.finish)
    def callback(self, function):
        self.callbacks.append(function)
        return function
    def finish(self, response):  # expect: method needs undecided
        for function in self.callbacks:
            function(response)
        return response
