class Installer:
    @classmethod
    def install(cls, *, application):
        for name in ("one", "two"):
            application.after_request(getattr(cls, name))
    @staticmethod
    def one(response):  # expect: loop needs nothing
        return response
    @staticmethod
    def two(response):  # expect: loop needs broken
        print(response)
