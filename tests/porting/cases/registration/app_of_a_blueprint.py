from flask import Blueprint
admin = Blueprint("admin", __name__)
@admin.after_app_request
def everywhere(rv):  # expect: app-from-blueprint needs nothing
    rv.headers.setdefault("X-Frame-Options", "DENY")
    return rv
