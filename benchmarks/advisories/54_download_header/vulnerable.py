from django.http import HttpResponse
from django.urls import path


def export(request):
    response = HttpResponse("a,b\n", content_type="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=" + request.GET["name"]
    return response


urlpatterns = [path("export", export)]
