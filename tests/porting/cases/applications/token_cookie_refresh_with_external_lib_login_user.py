from datetime import datetime, timedelta, timezone
from flask import Flask
from flask_jwt_extended import create_access_token, get_jwt, get_jwt_identity, set_access_cookies
app = Flask(__name__)
@app.after_request
def refresh(response):  # expect: app needs undecided
    try:
        exp = get_jwt()["exp"]
        if datetime.timestamp(datetime.now(timezone.utc) + timedelta(minutes=30)) > exp:
            set_access_cookies(response, create_access_token(identity=get_jwt_identity()))
        return response
    except (RuntimeError, KeyError):
        return response
