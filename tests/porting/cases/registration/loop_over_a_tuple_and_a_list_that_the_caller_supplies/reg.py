def install(app, hooks=()):
    for each in hooks:
        app.after_request(each)
