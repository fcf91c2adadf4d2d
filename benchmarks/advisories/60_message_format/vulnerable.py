from flask import Flask, current_app, request

app = Flask(__name__)


@app.get("/greeting")
def greeting():
    template = request.args.get("template", "Hello {user}")
    return template.format(user=request.args.get("user", ""), app=current_app)
