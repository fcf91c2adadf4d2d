from django.urls import path

from . import consumers

websocket_urlpatterns = [
    path("ws/waiting/", consumers.WaitingRoomConsumer.as_asgi()),
    path("ws/doctor/", consumers.DoctorConsumer.as_asgi()),
]
