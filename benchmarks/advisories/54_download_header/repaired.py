from django.http import HttpResponse
from django.urls import path
from django.utils.http import content_disposition_header


def export(request):
    response = HttpResponse("a,b\n", content_type="text/csv")
    response.headers["Content-Disposition"] = content_disposition_header(True, request.GET["name"])
    return response


urlpatterns = [path("export", export)]
