"""The role of each customer, in the distribution seen on a live tenant (contract section 8.5)."""

from counterfoil_simulators.data.dice import Dice, Weighted

EMPTY = ""

LIVE_COUNTS: dict[str, int] = {
    "POV": 1395,
    EMPTY: 1302,
    "RORO": 672,
    "FORWARDER": 491,
    "CONSIGNEE": 44,
    "INTERMEDIATE": 35,
    "CAR DEALER": 31,
    "TRANSPORT COMPANY": 9,
    "BROKER": 6,
    "LUXURY CAR DEALER": 6,
    "OEM": 5,
    "T-T TRANSPORT": 5,
    "FCL": 4,
    "RENTAL": 4,
    "SHIPPING LINE": 2,
    "T-T CUSTOMER": 2,
    "BLACKLISTED": 1,
    "T-T DEALERS": 1,
    "T-T MINING": 1,
    "T-T TANKS": 1,
}
LIVE_CUSTOMERS = 4017

OPTIONS: tuple[str, ...] = (
    *(role for role in LIVE_COUNTS if role),
    *("HOLLANDICO", "EMBASSY", "TOURIST", "CONSTRUCTION COMPANY", "MINING COMPANY"),
    *("EXCEPTION", "BUYER", "SELLER", "EXHIBITOR"),
)
"""The options of the SELECT field; a live tenant has values outside every documented list."""

SPELLINGS: Weighted[str] = Weighted(
    [("exact", 96.5), ("lower", 1.2), ("title", 0.6), ("trailing", 0.9), ("around", 0.8)]
)


def distribution(customers: int) -> dict[str, int]:
    """Scale the live counts to `customers` by largest remainder; exact for 4,017, always adding up."""
    exact = {role: count * customers / LIVE_CUSTOMERS for role, count in LIVE_COUNTS.items()}
    counts = {role: int(share) for role, share in exact.items()}
    by_remainder = sorted(exact, key=lambda role: counts[role] - exact[role])
    for role in by_remainder[: customers - sum(counts.values())]:
        counts[role] += 1
    return counts


def assign(customers: int, dice: Dice, fixed: dict[int, str]) -> list[str]:
    """Assign a role to each position; `fixed` positions get theirs by a swap, so that the counts stay."""
    roles = [role for role, count in distribution(customers).items() for _ in range(count)]
    dice.shuffle(roles)
    for position, role in fixed.items():
        free = (at for at in range(customers) if at not in fixed or at == position)
        other = next((at for at in free if roles[at] == role), None)
        if other is not None:
            roles[other] = roles[position]
        roles[position] = role
    return roles


def spell(role: str, dice: Dice) -> str:
    """Spell the role as people type it: mostly exact, sometimes in lower case or with spaces around."""
    match dice.weighted(SPELLINGS):
        case "lower":
            return role.lower()
        case "title":
            return role.title()
        case "trailing":
            return role + " "
        case "around":
            return f" {role} "
        case _:
            return role
