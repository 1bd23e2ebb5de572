import sqlite3
class Store:
    def __init__(self, path):
        self.path = path
    def insert(self, row):
        with sqlite3.connect(self.path) as connection:
            connection.execute("insert into audit values (?)", (str(row),))
