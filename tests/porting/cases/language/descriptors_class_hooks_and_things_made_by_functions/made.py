def make_hook(name, value, read=False):
    def hook(response):  # expect: call needs await-response
        response.headers[name] = value if not read else response.get_data(as_text=True)
        return response
    return hook
class Registry:
    hooks = {}
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Registry.hooks[cls.__name__] = cls
class Upper(Registry):
    def run(self, response):
        response.set_data(response.get_data().upper())
class Lazy:
    def __init__(self, function):
        self.function = function
    def __get__(self, instance, owner=None):
        return self.function(instance)
class Info:
    def __init__(self, response):
        self.response = response
    @Lazy
    def size(self):
        return len(self.response.data)
    @property
    def status(self):
        return self.response.status
