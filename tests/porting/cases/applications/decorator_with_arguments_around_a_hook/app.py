from flask import Blueprint
from deco import only, timed
bp = Blueprint("b", __name__)
@bp.after_app_request
@timed
@only("text/html")
def inject(response):  # expect: app-from-blueprint needs await-response
    html = response.get_data(as_text=True)
    response.set_data(html.replace("</body>", "<script></script></body>"))
    return response
