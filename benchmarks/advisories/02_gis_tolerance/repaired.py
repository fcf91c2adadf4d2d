from django.db import connection
from django.http import JsonResponse
from django.urls import path


def nearby(request):
    tolerance = float(request.GET["tolerance"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM shop WHERE SDO_WITHIN_DISTANCE(geom, %s, %s) = 'TRUE'",
            [request.GET["point"], tolerance],
        )
        return JsonResponse({"shops": [row[0] for row in cursor.fetchall()]})


urlpatterns = [path("nearby", nearby)]
