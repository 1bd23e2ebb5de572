from flask import Flask
from inst import Installer
Installer.install(application=Flask(__name__))
