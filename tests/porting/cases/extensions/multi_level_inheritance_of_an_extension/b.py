from a import Ext
class FileExt(Ext):
    def write(self, text):
        with open("x", "a") as f:
            f.write(text)
class BodyFileExt(FileExt):
    def render(self, response):
        return response.get_data(as_text=True)
