from django.contrib.auth import authenticate, get_user_model, login, logout
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST


def sign_in(request):
    if request.method == "POST":
        user = authenticate(request, username=request.POST["name"], password=request.POST["password"])
        if user is not None:
            login(request, user)
            return redirect("catalogue")
    return render(request, "login.html")


def sign_up(request):
    if request.method == "POST":
        get_user_model().objects.create_user(
            request.POST["name"],
            password=request.POST["password"],
            is_staff=request.POST.get("is_staff", False),
        )
        return redirect("catalogue")
    return render(request, "signup.html")


@require_POST
def sign_out(request):
    logout(request)
    return redirect("catalogue")
