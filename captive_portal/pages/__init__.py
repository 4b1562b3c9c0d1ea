"""The pages, an action a file, and their addresses, all in one table."""

from flask import Flask

from captive_portal.pages import (
    alerts,
    claim,
    close_post,
    confirm_alert,
    errors,
    home,
    keeper,
    language,
    list_posts,
    log_in,
    log_out,
    paper,
    post,
    posted,
    read_claims,
    send_alert,
    show_post,
    status,
    type_slips,
)

ADDRESSES = (
    ("/", "home", home.home, "GET"),
    ("/needs", "needs", list_posts.list_needs, "GET"),
    ("/offers", "offers", list_posts.list_offers, "GET"),
    ("/post/<any(need,offer):kind>", "post_form", post.open_form, "GET"),
    ("/post/<any(need,offer):kind>", "post", post.post, "POST"),
    ("/posted/<token:token>", "posted", posted.show_code, "GET"),
    ("/p/<id:post_id>", "show_post", show_post.show_post, "GET"),
    ("/p/<id:post_id>/claim", "claim", claim.claim, "POST"),
    ("/p/<id:post_id>/claimed", "claimed", claim.thank, "GET"),
    ("/p/<id:post_id>/answers", "read_claims", read_claims.read_claims, "POST"),
    ("/p/<id:post_id>/close", "close_post", close_post.close_post, "POST"),
    ("/p/<id:post_id>/closed", "closed", close_post.thank, "GET"),
    ("/alerts", "alerts", alerts.list_alerts, "GET"),
    ("/alerts/<id:alert_id>", "show_alert", alerts.show_alert, "GET"),
    ("/alerts/<id:alert_id>/confirm", "confirm", confirm_alert.confirm, "POST"),
    ("/alerts/new", "alert_form", send_alert.open_form, "GET"),
    ("/alerts/new", "send_alert", send_alert.send_alert, "POST"),
    ("/login", "log_in_form", log_in.open_form, "GET"),
    ("/login", "log_in", log_in.log_in, "POST"),
    ("/logout", "log_out", log_out.log_out, "POST"),
    ("/status", "hub_status", status.show_status, "GET"),
    ("/paper", "paper", paper.show_paper, "GET"),
    ("/paper/poster.pdf", "print_poster", paper.print_poster, "GET"),
    ("/paper/board.pdf", "print_board", paper.print_board, "GET"),
    ("/paper/slips.pdf", "print_slips", paper.print_slips, "GET"),
    ("/keeper", "keeper", keeper.show_keeper, "GET"),
    ("/keeper/login", "keeper_form", keeper.open_form, "GET"),
    ("/keeper/login", "keeper_login", keeper.log_in, "POST"),
    ("/desk", "slip_desk", type_slips.open_form, "GET"),
    ("/desk", "type_slip", type_slips.type_in, "POST"),
    ("/lang/<code>", "switch_language", language.switch, "GET"),
)


def add_to(app: Flask) -> None:
    for address, name, view, method in ADDRESSES:
        app.add_url_rule(address, name, view, methods=[method])
    errors.add_to(app)
