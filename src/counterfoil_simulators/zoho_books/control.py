"""The hand behind the scenes: changes data, clock, tokens, switches and faults, and looks at what happened.

Every public method is also `POST /_control/{method}` with its arguments as a JSON object, from loopback only.
"""

from typing import Any

import msgspec

from counterfoil_simulators.steering import Steering
from counterfoil_simulators.zoho_books.control_contacts import ContactControl
from counterfoil_simulators.zoho_books.control_invoices import InvoiceControl
from counterfoil_simulators.zoho_books.control_webhooks import ZohoWebhookControl
from counterfoil_simulators.zoho_books.drift import rename_past
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.matching import ZohoMatch
from counterfoil_simulators.zoho_books.oauth import READING, WRITING
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.tenant import ZohoTenant


class ZohoControl(ContactControl, InvoiceControl, ZohoWebhookControl, Steering[ZohoTenant]):
    """What a test or an operator can do to the simulator. Without an organisation, the first is meant."""

    def __init__(self, tenant: ZohoTenant) -> None:
        self.tenant = tenant

    def organizations(self) -> list[Json]:
        """The organisations as the API lists them."""
        return [organization.row() for organization in self.tenant.organizations.values()]

    def counts(self, organization: str | None = None) -> dict[str, int]:
        """How many customers, vendors, persons and invoices there are."""
        with self.tenant.lock:
            books = self.tenant.organization(organization).books
            customers = sum(contact.is_customer for contact in books.contacts.values())
            return {
                "customers": customers,
                "vendors": len(books.contacts) - customers,
                "persons": len(books.persons),
                "invoices": len(books.invoices),
            }

    # Tokens

    def grant(self, scopes: list[str] | None = None) -> str:
        """Another refresh token, with these scopes; without any, to read all and to write contacts."""
        return self.tenant.tokens.grant((*READING, *WRITING) if scopes is None else tuple(scopes))

    def revoke(self, refresh_token: str | None = None) -> None:
        """Revoke a refresh token with its access tokens, or all of them."""
        tokens = self.tenant.tokens.refresh_tokens() if refresh_token is None else [refresh_token]
        for token in tokens:
            self.tenant.tokens.revoke(token)

    def expire_tokens(self) -> None:
        """Let every access token end now; refresh tokens go on."""
        self.tenant.tokens.expire()

    # Faults and holds

    def fault(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        page: int | None = None,
        organization: str | None = None,
        **parameters: Any,
    ) -> int:
        """Order a fault for matching requests; returns its number. See `faults.Fault` for the parameters."""
        match = {"method": method, "path": path, "page": page, "organization": organization}
        return self.tenant.faults.add(msgspec.convert({"kind": kind, "match": match, **parameters}, ZohoFault))

    def hold(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        page: int | None = None,
        organization: str | None = None,
        times: int | None = None,
        before: bool = False,
    ) -> int:
        """Let matching requests wait once their answer is made, or `before` anything is done for them.

        Returns the number of the gate.
        """
        match = ZohoMatch(method=method, path=path, page=page, organization=organization)
        return self.tenant.gates.hold(match.fits, times, before=before)

    def interject(
        self,
        call: str,
        arguments: Json | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int | None = 1,
        after: bool = False,
    ) -> int:
        """Call a method of this control just before the next matching request is carried out, or just `after`.

        An edit so lands between what a client has read and what it writes. Returns the number of the gate.
        """
        fits = ZohoMatch(method=method, path=path).fits
        return self.tenant.gates.interject(fits, self._does(call, arguments), times, before=not after)

    def move_rows(self, ids: list[str], *, to: str = "front") -> None:
        """Rename contacts so that they come first by name, or last: past whoever is reading pages."""
        with self.tenant.lock:
            for contact_id in ids:
                organization, contact = self._contact(contact_id)
                rename_past(self.tenant, organization, contact, to=to)

    # Limits and statistics

    def set_daily_remaining(self, remaining: int, organization: str | None = None) -> None:
        """Pretend that so many requests are left today."""
        self.tenant.organization(organization).limits.set_remaining(remaining)

    def block(self, organization: str | None = None) -> None:
        """Block an organisation, as too many requests in a minute do."""
        self.tenant.organization(organization).limits.block()

    def unblock(self, organization: str | None = None) -> None:
        """Lift the block, forget the minute and how many tokens were asked for."""
        self.tenant.organization(organization).limits.unblock()
        self.tenant.tokens.forgive()

    def stats(self) -> dict[str, Any]:
        """requests, by_route, by_status, refused (429s), max_per_second, and what is Zoho's own.

        That is by_organization (requests by route), by_code (errors), daily_used, tokens_issued, held.
        """
        used = {one.id: one.limits.used_today() for one in self.tenant.organizations.values()}
        return self.tenant.stats.counts() | {
            "daily_used": used,
            "tokens_issued": self.tenant.tokens.issued,
            "held": self.tenant.gates.waiting,
        }

    def requests(self) -> list[dict[str, Any]]:
        """The latest requests: method, path, query, status, code, organization, at."""
        return self.tenant.stats.log()

    def reset_stats(self) -> None:
        """Count requests from nothing again."""
        self.tenant.stats.reset()
