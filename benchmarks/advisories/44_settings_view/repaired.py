from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST


@require_POST
@login_required
def set_notification(request):
    request.user.max_age = int(request.POST["max_age"])
    request.user.save()
    return JsonResponse({"ok": True})


urlpatterns = [path("me/notification", set_notification)]
