"""The control: changes data, clock, tokens, switches and faults, and reports what happened.

Every public method is also `POST /_control/{method}` with its arguments as a JSON object, from loopback only.
"""

from typing import Any

import msgspec

from counterfoil_simulators.base_control import BaseControl
from counterfoil_simulators.zoho_books.control_contacts import ContactControl
from counterfoil_simulators.zoho_books.control_invoices import InvoiceControl
from counterfoil_simulators.zoho_books.control_webhooks import ZohoWebhookControl
from counterfoil_simulators.zoho_books.drift import move_by_name
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.oauth import READING, WRITING
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.request_match import ZohoMatch
from counterfoil_simulators.zoho_books.tenant import ZohoTenant


class ZohoControl(ContactControl, InvoiceControl, ZohoWebhookControl, BaseControl[ZohoTenant]):
    """What a test or an operator can do with the simulator. The default organisation is the first."""

    def __init__(self, tenant: ZohoTenant) -> None:
        self.tenant = tenant

    def organizations(self) -> list[Json]:
        """List the organisations in the API's form."""
        return [organization.row() for organization in self.tenant.organizations.values()]

    def counts(self, organization: str | None = None) -> dict[str, int]:
        """Count customers, vendors, persons and invoices."""
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
        """Issue another refresh token, with these scopes; by default to read all and to write contacts."""
        return self.tenant.tokens.grant((*READING, *WRITING) if scopes is None else tuple(scopes))

    def revoke(self, refresh_token: str | None = None) -> None:
        """Revoke a refresh token with its access tokens, or all of them."""
        tokens = self.tenant.tokens.refresh_tokens() if refresh_token is None else [refresh_token]
        for token in tokens:
            self.tenant.tokens.revoke(token)

    def expire_tokens(self) -> None:
        """Expire every access token now; refresh tokens stay valid."""
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
        """Order a fault for matching requests; returns its number. `ZohoFault` lists the parameters."""
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
        """Make matching requests wait once their answer is made, or `before` they are carried out.

        Returns the number of the hold.
        """
        match = ZohoMatch(method=method, path=path, page=page, organization=organization)
        return self.tenant.holds.hold(match.fits, times, before=before)

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

        Used to change a record between a client's read and its write. Returns the number of the interjection.
        """
        fits = ZohoMatch(method=method, path=path).fits
        return self.tenant.holds.interject(fits, self._bind_method(call, arguments), times, before=not after)

    def move_rows(self, ids: list[str], *, to: str = "front") -> None:
        """Rename contacts so that they sort first by name, or last: across the reader's position."""
        with self.tenant.lock:
            for contact_id in ids:
                organization, contact = self._contact(contact_id)
                move_by_name(self.tenant, organization, contact, to=to)

    # Limits and statistics

    def set_daily_remaining(self, remaining: int, organization: str | None = None) -> None:
        """Set how many requests are left today."""
        self.tenant.organization(organization).limits.set_remaining(remaining)

    def block(self, organization: str | None = None) -> None:
        """Block an organisation, as too many requests in a minute do."""
        self.tenant.organization(organization).limits.block()

    def unblock(self, organization: str | None = None) -> None:
        """Lift the block, and reset the counts of the minute and of tokens."""
        self.tenant.organization(organization).limits.unblock()
        self.tenant.tokens.forgive()

    def stats(self) -> dict[str, Any]:
        """Report requests, by_route, by_status, refused (429s), max_per_second, and more for Zoho.

        The others are by_organization (requests by route), by_code (errors), daily_used, tokens_issued, held.
        """
        used = {one.id: one.limits.used_today() for one in self.tenant.organizations.values()}
        return self.tenant.stats.counts() | {
            "daily_used": used,
            "tokens_issued": self.tenant.tokens.issued,
            "held": self.tenant.holds.waiting,
        }

    def requests(self) -> list[dict[str, Any]]:
        """List the latest requests: method, path, query, status, code, organization, at."""
        return self.tenant.stats.log()

    def reset_stats(self) -> None:
        """Set the counts of requests back to zero."""
        self.tenant.stats.reset()
