from flask import Flask
from sqlalchemy.orm import sessionmaker
from sqlalchemy import create_engine
Session = sessionmaker(bind=create_engine("sqlite://"))
app = Flask(__name__)
@app.after_request
def save(response):  # expect: app needs blocking
    session = Session()
    session.commit()
    session.close()
    return response
def close_connection(response):  # expect: call needs nothing
    response.headers["Connection"] = "close"
    return response
app.after_request(close_connection)
