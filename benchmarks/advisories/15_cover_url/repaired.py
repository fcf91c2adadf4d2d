import advocate
from flask import Flask, redirect, request
from flask_login import login_required

app = Flask(__name__)


@app.post("/admin/book/<int:book_id>")
@login_required
def edit_book(book_id):
    cover_url = request.form.get("cover_url", "").strip()
    if cover_url:
        image = advocate.get(cover_url, timeout=(10, 200))
        with open(f"/books/{book_id}/cover.jpg", "wb") as kept:
            kept.write(image.content)
    return redirect(f"/book/{book_id}")
