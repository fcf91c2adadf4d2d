import json

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .models import Appointment


def sign_in(request):
    if request.method == "POST":
        user = authenticate(
            request, username=request.POST["username"], password=request.POST["password"]
        )
        if user is not None:
            login(request, user)
            return redirect("/")
    return render(request, "records/login.html")


@login_required
def sign_out(request):
    logout(request)
    return redirect("/")


@csrf_exempt
@login_required
@require_POST
def change_email(request):
    request.user.email = request.POST["email"]
    request.user.save()
    return JsonResponse({"email": request.user.email})


@csrf_exempt
@require_POST
def payment_webhook(request):
    event = json.loads(request.body)
    Appointment.objects.filter(pk=event["appointment"]).update(fee=0)
    return JsonResponse({"received": True})
