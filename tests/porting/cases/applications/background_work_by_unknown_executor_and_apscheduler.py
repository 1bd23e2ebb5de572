from flask import Flask, after_this_request
from flask_executor import Executor
from apscheduler.schedulers.background import BackgroundScheduler
app = Flask(__name__)
executor = Executor(app)
sched = BackgroundScheduler()
def job():
    pass
@app.route("/")
def v():
    @after_this_request
    def go(response):  # expect: this-request needs lifecycle
        executor.submit(job)
        return response
    @after_this_request
    def go2(response):  # expect: this-request needs lifecycle
        sched.add_job(job, "date")
        return response
    return "x"
