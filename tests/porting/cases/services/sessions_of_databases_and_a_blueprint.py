import sqlite3
import psycopg
from flask import Blueprint, Flask, current_app, g
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from contextlib import closing
app = Flask(__name__)
pages = Blueprint("pages", __name__)
engine = create_engine("sqlite://")
session = Session(engine)
scoped = scoped_session(sessionmaker(engine))
@app.before_request
def connect():
    g.pg = psycopg.connect("dbname=a")
@app.after_request
def commit_session(response):  # expect: app needs blocking
    if response.status_code < 400:
        session.commit()
    else:
        session.rollback()
    return response
@app.after_request
def remove_scoped(response):  # expect: app needs blocking, thread-bound
    scoped.remove()
    return response
@app.after_request
def own(response):  # expect: app needs blocking
    with closing(sqlite3.connect("b.db")) as connection:
        connection.execute("delete from seen")
        connection.commit()
    return response
@pages.after_app_request
def close_connection(response):  # expect: app-from-blueprint needs nothing
    response.headers["Connection"] = "close"
    return response
