import json

from channels.generic.websocket import AsyncWebsocketConsumer


class WaitingRoomConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add("waiting", self.channel_name)
        await self.accept()

    async def receive(self, text_data):
        await self.channel_layer.group_send("waiting", json.loads(text_data))


class DoctorConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        if self.scope["user"].is_anonymous:
            await self.close()
            return
        await self.accept()
