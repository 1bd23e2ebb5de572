from quart import Quart
web = Quart("x")
