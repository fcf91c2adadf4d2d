from flask import Flask, redirect, request
from flask_login import LoginManager, current_user, login_required

app = Flask(__name__)
app.config["WTF_CSRF_ENABLED"] = False
login_manager = LoginManager(app)


@app.post("/me/email")
@login_required
def change_email():
    current_user.email = request.form["email"]
    current_user.save()
    return redirect("/me")
