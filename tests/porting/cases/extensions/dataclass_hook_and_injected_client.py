import dataclasses, requests
from flask import Flask
@dataclasses.dataclass
class Webhook:
    url: str
    session: requests.Session = dataclasses.field(default_factory=requests.Session)
    def __call__(self, response):  # expect: call needs blocking
        self.session.post(self.url, json={"s": response.status_code})
        return response
app = Flask(__name__)
app.after_request(Webhook("http://x"))
