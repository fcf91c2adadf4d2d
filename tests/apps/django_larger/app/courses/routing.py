from django.urls import path

from courses.consumers import MarksConsumer

websocket_urlpatterns = [path("ws/marks/", MarksConsumer.as_asgi())]
