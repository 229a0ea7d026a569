"""Invented VAT numbers with correct check digits, by country."""

from counterfoil_simulators.data.dice import Dice


def make_belgian_vat(dice: Dice) -> str:
    """Make ten digits; the last two are 97 minus the rest modulo 97. 09xx is a range that is not assigned."""
    number = int("09" + dice.digits(6))
    return f"BE{number:08d}{97 - number % 97:02d}"


def make_dutch_vat(dice: Dice) -> str:
    """Make nine digits, weights 9 down to 2, modulo 11, then B and two digits."""
    while True:
        digits = dice.digits(8)
        check = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if check < 10:
            return f"NL{digits}{check}B{dice.between(1, 3):02d}"


def make_german_vat(dice: Dice) -> str:
    """Make nine digits, ISO 7064 MOD 11,10."""
    digits = str(dice.between(1, 9)) + dice.digits(7)
    product = 10
    for digit in digits:
        rest = (int(digit) + product) % 10 or 10
        product = 2 * rest % 11
    return f"DE{digits}{(11 - product) % 10}"


def make_french_vat(dice: Dice) -> str:
    """Make a SIREN with its Luhn digit, behind a key of two digits."""
    digits = dice.digits(8)
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(digits))
    siren = int(digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10))
    return f"FR{(12 + 3 * (siren % 97)) % 97:02d}{siren:09d}"


def make_luxembourg_vat(dice: Dice) -> str:
    """Make eight digits, the last two are the first six modulo 89."""
    number = dice.between(100000, 999999)
    return f"LU{number}{number % 89:02d}"


def make_british_vat(dice: Dice) -> str:
    """Make nine digits, weights 8 down to 2, modulo 97."""
    digits = str(dice.between(1, 9)) + dice.digits(6)
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=True))
    return f"GB{digits}{97 - total % 97:02d}"


def make_emirati_trn(dice: Dice) -> str:
    """Make a tax registration number: fifteen digits beginning with 100."""
    return "100" + dice.digits(12)


def make_registry_number(dice: Dice) -> str | None:
    """Make the register or tax number, in free form, that some African traders have instead."""
    if dice.chance(0.75):
        return None
    return dice.fill(dice.pick(("RC ########", "NIU P##########X", "TIN ########-0001", "RCCM/2019/B/####")))


def break_check_digit(number: str, dice: Dice) -> str:
    """Change one digit of the number."""
    places = [at for at, character in enumerate(number) if character.isdigit()]
    at = dice.pick(places)
    wrong = str((int(number[at]) + dice.between(1, 8)) % 10)
    return number[:at] + wrong + number[at + 1 :]
