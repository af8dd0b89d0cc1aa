"""Salesforce's record ids, which people meet with 15 characters and with 18.

https://help.salesforce.com/s/articleView?id=000383751
"""

from __future__ import annotations

import re

_SHORT_ID = re.compile(r"006[A-Za-z0-9]{12}")
_CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def full_id(name: str) -> str:
    """An opportunity's id of 15 characters as the one of 18; any other text as it is.

    The short id distinguishes upper and lower case. Each of the three more characters says which
    five of it are upper case, so that the long one can be compared in any case.
    """
    if not _SHORT_ID.fullmatch(name):
        return name
    chunks = (name[:5], name[5:10], name[10:])
    return name + "".join(
        _CHECK_CHARACTERS[sum(1 << i for i, c in enumerate(chunk) if "A" <= c <= "Z")]
        for chunk in chunks
    )
