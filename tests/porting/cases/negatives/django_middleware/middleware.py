from django.utils.deprecation import MiddlewareMixin
class M(MiddlewareMixin):
    def process_response(self, request, response):
        return response
