"""Indian tax fields of a contact: numbers of a valid form that nobody has (contract section 2.1)."""

from counterfoil_simulators.data.dice import Dice

STATE_CODES = ("27", "29", "33")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def fields(country_code: str, dice: Dice) -> dict[str, str]:
    """Make `gst_no`, `gst_treatment`, `pan_no` and `place_of_contact`; foreign contacts have no numbers."""
    if country_code != "IN":
        return {"gst_no": "", "gst_treatment": "overseas", "pan_no": "", "place_of_contact": ""}
    letters = "".join(dice.pick(_LETTERS) for _ in range(5))
    pan = f"{letters[:3]}X{letters[3]}{dice.digits(4)}{letters[4]}"  # X is no kind of holder
    if dice.chance(0.3):
        return {"gst_no": "", "gst_treatment": "consumer", "pan_no": pan, "place_of_contact": "MH"}
    number = f"{dice.pick(STATE_CODES)}{pan}1Z{dice.below(10)}"
    return {"gst_no": number, "gst_treatment": "business_gst", "pan_no": pan, "place_of_contact": "MH"}
