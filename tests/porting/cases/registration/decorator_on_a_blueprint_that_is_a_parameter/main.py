from flask import Blueprint, Flask
from app import attach
pages = Blueprint("pages", __name__)
attach(pages)
