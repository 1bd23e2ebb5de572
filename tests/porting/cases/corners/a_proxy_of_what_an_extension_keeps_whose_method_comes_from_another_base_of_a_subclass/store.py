class Datastore:
    def __init__(self, db):
        self.db = db
    def commit(self):
        pass
class SQLDatastore(Datastore):
    def commit(self):
        self.db.session.commit()
class UserDatastore:
    def commit(self):
        pass
    def find(self, name):
        return name
class SQLUserDatastore(SQLDatastore, UserDatastore):
    pass
class Security:
    def __init__(self, app, datastore: UserDatastore):
        self.datastore = datastore
        app.extensions["security"] = self
