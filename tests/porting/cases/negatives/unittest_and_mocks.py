from unittest import mock
app = mock.Mock()
class Recorder:
    def call_on_close(self, f):
        self.f = f
Recorder().call_on_close(print)
