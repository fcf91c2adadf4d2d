import os

from django.urls import path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response


@api_view(["POST"])
@permission_classes([IsAuthenticated])
def project_clone(request):
    address = request.data.get("address")
    if not address.startswith("http"):
        return Response({"status": False})
    address = address + ".git" if not address.endswith(".git") else address
    status = os.system("git clone {address} /srv/projects".format(address=address))
    return Response({"status": status == 0})


urlpatterns = [path("clone", project_clone)]
