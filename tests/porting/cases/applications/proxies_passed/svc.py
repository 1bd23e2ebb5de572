def describe(req, sess):
    return {"ip": req.remote_addr, "args": dict(req.args), "user": sess.get("u")}
def body_of(rq):
    return rq.get_data(cache=True)
