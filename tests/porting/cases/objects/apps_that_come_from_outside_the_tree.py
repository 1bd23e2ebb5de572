from company.web import create_app, pages_bp
from company.server import application
import dash
app = create_app()
dashboard = dash.Dash(__name__)
@app.after_request
def one(response):  # expect: app needs nothing
    return response
@application.after_request
def two(response):  # expect: app needs nothing
    return response
@dashboard.server.after_request
def three(response):  # expect: app needs nothing
    return response
@pages_bp.after_request
def four(response):  # expect: blueprint needs nothing
    return response
