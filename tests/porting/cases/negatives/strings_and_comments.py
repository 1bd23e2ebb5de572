"""Use @app.after_request to set headers.

    @app.after_request
    def hook(response): ...
"""
# @app.after_request
TEXT = "app.after_request(f)"
