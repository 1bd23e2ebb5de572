"""Tabs."""
from __future__ import annotations

__version__ = "1"
from flask import Flask, g, request as req

body = hooks = Hooks = portable_hooks = None

def make(debug):
	app = Flask(__name__)
	@app.before_request
	def enter():
		g.request = "r"

	if debug:
		@app.after_request
		def debugging(response):
			# only then
			response.headers["X-Order"] = response.headers.get("X-Order", "") + "d"
			return response

	@app.after_request
	def length(response):
		request = response
		response.headers["X-Order"] = response.headers.get("X-Order", "") + "l" + g.request
		response.headers["X-Length"] = str(len(request.get_data()))
		return response

	@app.after_request
	def path(response):
		response.headers["X-Order"] = response.headers.get("X-Order", "") + "p" + req.path
		return response

	@app.get("/")
	def home():
		return "home"

	return app

app = make(True)
