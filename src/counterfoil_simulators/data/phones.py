"""Invented phone numbers in fictional ranges, written in the ways that people type them."""

from typing import NamedTuple

from counterfoil_simulators.data.dice import Dice, Weighted


class PhonePlan(NamedTuple):
    """A country's calling code and its national patterns, with spaces."""

    code: str
    landline: tuple[str, ...]
    mobile: tuple[str, ...]
    trunk: str = "0"


PLANS: dict[str, PhonePlan] = {
    "BE": PhonePlan(
        "32",
        ("03 555 ## ##", "02 555 ## ##", "04 255 ## ##", "014 55 ## ##", "053 55 ## ##", "089 55 ## ##"),
        ("0475 55 ## ##", "0486 55 ## ##", "0497 55 ## ##", "0468 55 ## ##", "0479 55 ## ##"),
    ),
    "NL": PhonePlan(
        "31",
        ("010 555 ## ##", "020 555 ## ##", "076 555 ## ##", "0164 555 ###"),
        ("06 555 ## ###", "06 255 55 ###"),
    ),
    "DE": PhonePlan(
        "49", ("040 555 ####", "0421 555 ####", "0221 555 ####"), ("0176 5551 ####", "0151 5552 ####")
    ),
    "FR": PhonePlan(
        "33", ("01 99 00 ## ##", "02 61 91 ## ##", "03 53 01 ## ##"), ("06 55 50 ## ##", "07 55 55 ## ##")
    ),
    "LU": PhonePlan("352", ("55 ## ##", "26 55 ## ##"), ("621 555 ###", "691 555 ###"), trunk=""),
    "GB": PhonePlan("44", ("020 7946 0###", "0161 496 0###", "0117 496 0###"), ("07455 550###", "07555 555###")),
    "AE": PhonePlan("971", ("04 555 ####", "06 555 ####"), ("055 555 ####", "050 555 ####", "056 555 ####")),
    "NG": PhonePlan("234", ("0803 555 ####",), ("0803 555 ####", "0706 555 ####", "0813 555 ####")),
    "GH": PhonePlan("233", ("030 255 5###",), ("024 455 5###", "020 855 5###")),
    "CI": PhonePlan("225", ("07 55 55 ## ##",), ("07 55 55 ## ##", "05 55 55 ## ##"), trunk=""),
    "SN": PhonePlan("221", ("33 855 ## ##",), ("77 555 ## ##", "78 555 ## ##"), trunk=""),
    "CM": PhonePlan("237", ("2 33 45 ## ##",), ("6 77 55 ## ##", "6 99 55 ## ##"), trunk=""),
    "BJ": PhonePlan("229", ("01 97 55 ## ##",), ("01 97 55 ## ##", "01 95 55 ## ##"), trunk=""),
    "TG": PhonePlan("228", ("90 55 ## ##",), ("90 55 ## ##", "91 55 ## ##"), trunk=""),
    "GN": PhonePlan("224", ("622 55 ## ##",), ("622 55 ## ##", "628 55 ## ##"), trunk=""),
    "CD": PhonePlan("243", ("0815 551 ###",), ("0815 551 ###", "0995 551 ###")),
    "KE": PhonePlan("254", ("0722 555 ###",), ("0722 555 ###", "0733 555 ###")),
    "TZ": PhonePlan("255", ("0754 555 ###",), ("0754 555 ###", "0784 555 ###")),
    "US": PhonePlan(
        "1", ("212 555 01##", "925 555 01##", "617 555 01##"), ("917 555 01##", "415 555 01##"), trunk=""
    ),
    "IN": PhonePlan("91", ("022 2555 55##", "080 2555 55##"), ("098555 550##", "090555 550##", "070555 550##")),
}

STYLES: Weighted[str] = Weighted(
    [
        ("international", 30),
        ("compact", 18),
        ("national", 14),
        ("slashed", 12),
        ("zeros", 5),
        ("bracket", 6),
        ("named", 3),
        ("two", 3),
        ("padded", 3),
        ("dotted", 4),
        ("wrong", 2),
    ]
)
WRONG = (
    "0",
    "???",
    "n/a",
    "-",
    "03/12",
    "zie website",
    "+32 000",
    "04755512",
    "+32475551234567890",
    "geen tel",
)
NAMED = ("Jan", "Dirk", "Fatima", "magazijn", "boekhouding", "na 18u", "WhatsApp", "bureau")


def make_phone(country: str, dice: Dice, *, mobile: bool) -> str:
    """Make a number of the country as people type it into a free-text field."""
    plan = PLANS[country]
    national = dice.fill(dice.pick(plan.mobile if mobile else plan.landline))
    bare = national.removeprefix(plan.trunk)
    return _write(plan, national, bare, dice)


def _write(plan: PhonePlan, national: str, bare: str, dice: Dice) -> str:  # noqa: C901, PLR0911 - one case per style
    match dice.weighted(STYLES):
        case "international":
            return f"+{plan.code} {bare}"
        case "compact":
            return f"+{plan.code}{bare.replace(' ', '')}"
        case "national":
            return national
        case "slashed":
            first, _, rest = national.partition(" ")
            return f"{first}/{rest.replace(' ', '.')}"
        case "zeros":
            return f"00 {plan.code}. {bare}"
        case "bracket":
            return f"+{plan.code} ({plan.trunk}){bare}" if plan.trunk else f"(+{plan.code}) {bare}"
        case "named":
            return f"{national} ({dice.pick(NAMED)})"
        case "two":
            return f"+{plan.code} {bare} / {dice.fill(dice.pick(plan.mobile))}"
        case "padded":
            return f" {national} "
        case "dotted":
            return f"+{plan.code}.{bare.replace(' ', '.')}"
        case _:
            return dice.pick(WRONG)
