"""E-mail addresses and websites, with the mistakes that people make. Domains end in the reserved `.example`."""

from unicodedata import normalize

from counterfoil_simulators.data.dice import Dice, Weighted

MAILBOXES: Weighted[str] = Weighted(
    [
        ("info", 50),
        ("sales", 12),
        ("office", 8),
        ("export", 8),
        ("shipping", 6),
        ("contact", 10),
        ("boekhouding", 3),
        ("admin", 3),
    ]
)
EMAIL_MESS: Weighted[str] = Weighted(
    [
        ("clean", 70),
        ("none", 10),
        ("free", 6),
        ("capital", 3),
        ("upper", 2),
        ("padded", 3),
        ("two", 2.5),
        ("blank", 1.5),
        ("not available", 1),
        ("prefixed", 0.5),
        ("broken", 0.5),
    ]
)
WEBSITES: Weighted[str | None] = Weighted(
    [
        (None, 58),
        ("https://www.{domain}", 18),
        ("www.{domain}", 12),
        ("http://{domain}/", 5),
        ("{domain}", 4),
        ("HTTPS://WWW.{domain}/nl", 1),
        ("", 2),
    ]
)
FREE_MAIL = ("gmail.com", "yahoo.com", "hotmail.com")
NOT_AVAILABLE = ("n/a", "N/A", "geen", "-", "onbekend", "no email")


def make_domain(name: str) -> str:
    """Make a domain from the letters of a name."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = "".join(filter(str.isalnum, plain))
    return f"{letters[:40] or 'customer'}.example"


def make_email(at: str, number: int, dice: Dice) -> str | None:  # noqa: C901 - one case per kind of mess
    """Make the e-mail field of a customer whose domain is `at`; `number` keeps free-mail addresses apart."""
    address = f"{dice.weighted(MAILBOXES)}@{at}"
    match dice.weighted(EMAIL_MESS):
        case "none":
            written = None
        case "free":
            written = f"{at.removesuffix('.example')}.sim{number}@{dice.pick(FREE_MAIL)}"
        case "capital":
            written = address.title().replace(".Example", ".example")
        case "upper":
            written = address.upper()
        case "padded":
            written = dice.pick((address + " ", " " + address, address + "\t"))
        case "two":
            written = f"{address}{dice.pick(('; ', ', ', ' / ', ' '))}export@{at}"
        case "blank":
            written = ""
        case "not available":
            written = dice.pick(NOT_AVAILABLE)
        case "prefixed":
            written = f"mailto:{address}"
        case "broken":
            written = address.replace("@", dice.pick((" at ", "@@", "")))
        case _:
            written = address
    return written


def make_website(at: str, dice: Dice) -> str | None:
    """Make the website field."""
    pattern = dice.weighted(WEBSITES)
    return None if pattern is None else pattern.format(domain=at)
