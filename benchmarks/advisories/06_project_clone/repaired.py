import subprocess

from django.urls import path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response


@api_view(["POST"])
@permission_classes([IsAuthenticated])
def project_clone(request):
    address = request.data.get("address")
    if not address.startswith("https://"):
        return Response({"status": False})
    address = address + ".git" if not address.endswith(".git") else address
    done = subprocess.run(["git", "clone", "--", address, "/srv/projects"], check=False)
    return Response({"status": done.returncode == 0})


urlpatterns = [path("clone", project_clone)]
