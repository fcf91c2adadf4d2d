from django.urls import path

from . import account

urlpatterns = [
    path("login/", account.sign_in),
    path("logout/", account.sign_out),
    path("email/", account.change_email),
    path("payment-webhook/", account.payment_webhook),
]
