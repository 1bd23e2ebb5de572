class Event:
    def __init__(self):
        self.receivers = []
        self.named = {}
    def connect(self, function):
        self.receivers.append(function)
        return function
    def on(self, name):
        def keep(function):
            self.named.setdefault(name, []).append(function)
            return function
        return keep
    def fire(self, *args):
        for receiver in self.receivers:
            receiver(*args)
    def send(self, name, response):
        for receiver in self.named.get(name, ()):
            receiver(response)
finished = Event()
started = Event()
nobody = Event()
