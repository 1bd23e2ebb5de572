def attach(blueprint):
    @blueprint.after_request
    def cached(response):  # expect: blueprint needs nothing
        response.cache_control.max_age = 60
        return response
