from desk import account, agents, api, hooks, orders, tickets


def install(app):
    app.before_request(count_request)
    app.register_blueprint(account.bp, url_prefix="/account")
    app.register_blueprint(tickets.bp, url_prefix="/tickets")
    app.register_blueprint(agents.bp, url_prefix="/agents")
    for bp in [orders.bp, hooks.bp]:
        app.register_blueprint(bp)
    app.register_blueprint(api.bp, url_prefix="/api")


def count_request():
    return None
