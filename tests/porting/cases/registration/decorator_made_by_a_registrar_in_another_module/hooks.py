from flask import current_app
registry = []
def after(app):
    def decorate(function):
        app.after_request(function)
        return function
    return decorate
