"""What the server answers by itself, where a request does not reach the application."""

from counterfoil.server.wsgi import Answer, Headers

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>{title} | Counterfoil</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1.5rem }}
:root {{ color-scheme: light dark }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{advice}</p>
</body>
</html>
"""


def page(status: int, title: str, advice: str, **headers: str) -> Answer:
    """Make a page for a person."""
    return _answer(status, _PAGE.format(title=title, advice=advice), "text/html; charset=utf-8", headers)


def word(status: int, text: str, **headers: str) -> Answer:
    """Make an answer to a webhook, in the form of the application's own."""
    return _answer(status, f'{{"status":"{text}"}}', "application/json", headers)


def _answer(status: int, text: str, kind: str, headers: dict[str, str]) -> Answer:
    made: Headers = [("Content-Type", kind), ("Cache-Control", "no-store")]
    made += [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Answer(status, made, text.encode())


def busy() -> Answer:
    """Answer a person for whom no thread is free."""
    return page(503, "Counterfoil is busy", "Wait a moment, then reload this page.", Retry_After="10")


def webhook_busy() -> Answer:
    """Answer a webhook for which no thread is free: its sender repeats it."""
    return word(503, "try again", Retry_After="5")


def too_large() -> Answer:
    """Answer a body that is not read."""
    return page(413, "This is too much at once", "Go back, select less, then try again.")


def failed() -> Answer:
    """Answer a request whose work broke off by an error that only the log tells."""
    return page(500, "Something went wrong", "Try again. If it happens again, look into the log.")
