from celery import Celery
celery = Celery("x")
@celery.task
def audit(path):
    open(path)
