import sqlite3
from contextlib import contextmanager, closing
@contextmanager
def connection():
    con = sqlite3.connect("x.db")
    try:
        yield con
        con.commit()
    finally:
        con.close()
