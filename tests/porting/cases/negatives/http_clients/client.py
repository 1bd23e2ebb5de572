import httpx
import requests
def log(response):
    print(response.json())
client = httpx.Client(event_hooks={"response": [log]})
session = requests.Session()
session.hooks["response"].append(log)
class Client:
    def after_request(self, response):
        return response.json()
    def go(self):
        return self.after_request(requests.get("http://x"))
