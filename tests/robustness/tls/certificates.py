# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of an authority of our own, good and bad, and the contexts of servers that show them."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import trustme

HERE = "127.0.0.1"


class Authority:
    """An authority, whose certificate is in a file."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.path = str(folder / f"{name}.pem")
        self._authority.cert_pem.write_to_path(self.path)

    def server(self, name: str = HERE, **details: Any) -> ssl.SSLContext:
        """The context of a server whose certificate is for this name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name, **details).configure_cert(context)
        return context

    def expired(self) -> ssl.SSLContext:
        """The context of a server whose certificate was good until yesterday."""
        return self.server(not_before=_days(-9), not_after=_days(-1))

    def asking(self) -> ssl.SSLContext:
        """The context of a server that wants a certificate from its clients."""
        context = self.server()
        context.verify_mode = ssl.CERT_REQUIRED
        self._authority.configure_trust(context)
        return context

    def self_signed(self) -> ssl.SSLContext:
        """The context of a server whose certificate nobody signed but itself."""
        path = self._folder / "self-signed.pem"
        path.write_bytes(self._authority.private_key_pem.bytes() + self._authority.cert_pem.bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def outdated(self) -> ssl.SSLContext:
        """The context of a server that speaks no version after TLS 1.1."""
        context = self.server()
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context


def _days(number: int) -> datetime:
    return datetime.now(timezone.utc) + timedelta(days=number)
