from django.http import HttpResponse


def export(request):
    response = HttpResponse("a,b\n", content_type="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=" + request.GET["name"]
    return response
