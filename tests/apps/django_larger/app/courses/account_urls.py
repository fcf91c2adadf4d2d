from django.urls import path

from courses import account

urlpatterns = [
    path("login/", account.sign_in),
    path("signup/", account.sign_up),
    path("logout/", account.sign_out),
]
