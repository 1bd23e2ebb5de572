import shelve, threading, queue, boto3, smtplib, dbm
from flask import Flask
app = Flask(__name__)
done = threading.Event()
jobs = queue.Queue(5)
@app.after_request
def e(response):  # expect: app needs blocking
    done.wait(1)
    return response
@app.after_request
def f(response):  # expect: app needs nothing
    jobs.put(1, block=False)
    done.set()
    return response
@app.after_request
def g(response):  # expect: app needs blocking
    boto3.client("s3").put_object(Bucket="b", Key="k", Body=b"x")
    return response
@app.after_request
def h(response):  # expect: app needs blocking
    with shelve.open("x") as shelf:
        shelf["n"] = 1
    return response
