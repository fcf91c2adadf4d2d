from flask import Blueprint, abort, jsonify, request
from flask_login import current_user, login_required

from .db import db
from .models import Document

bp = Blueprint("api", __name__, url_prefix="/api")


@bp.before_request
@login_required
def only_for_users():
    """Every route of this blueprint needs a user."""


@bp.get("/documents")
def list_documents():
    query = db.select(Document).filter_by(owner_id=current_user.id)
    return jsonify([document.name for document in db.session.execute(query).scalars()])


@bp.get("/documents/<int:document_id>")
def read_document(document_id):
    document = db.get_or_404(Document, document_id)
    return jsonify(name=document.name, text=document.text)


@bp.put("/documents/<int:document_id>")
def rename_document(document_id):
    document = db.get_or_404(Document, document_id)
    if document.owner_id != current_user.id:
        abort(403)
    document.name = request.json["name"]
    db.session.commit()
    return jsonify(name=document.name)


@bp.delete("/documents/<int:document_id>")
def delete_document(document_id):
    document = db.get_or_404(Document, document_id)
    if current_user.is_authenticated:
        if document.owner_id != current_user.id:
            abort(403)
    db.session.delete(document)
    db.session.commit()
    return "", 204
