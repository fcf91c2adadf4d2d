from channels.generic.websocket import JsonWebsocketConsumer

from courses.models import Homework


class MarksConsumer(JsonWebsocketConsumer):
    def connect(self):
        self.accept()

    def receive_json(self, content):
        found = Homework.objects.get(pk=content["homework"])
        self.send_json({"grade": found.grade})
