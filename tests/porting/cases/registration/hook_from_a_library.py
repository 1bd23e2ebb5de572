from flask import Flask
from somewhere_else import put_headers
app = Flask(__name__)
app.after_request(put_headers)  # expect: call needs undecided
