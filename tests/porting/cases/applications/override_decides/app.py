import csv
from flask import Flask
from base import Recorder
class CsvRecorder(Recorder):
    def save(self, row):
        with open("x.csv", "a", newline="") as fh:
            csv.writer(fh).writerow([row])
app = Flask(__name__)
CsvRecorder().attach(app)
