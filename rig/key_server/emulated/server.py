"""The emulated key server, put together."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from drivers.api.clock import Clock
from rig.digital_key.secrets import Secret
from rig.key_server import contract
from rig.key_server.eligibility import RULES_BY, Rule
from rig.key_server.emulated.accounts import Accounts, SetupCards, VehicleRecords
from rig.key_server.emulated.desk import Desk
from rig.key_server.emulated.letters import Letters
from rig.key_server.emulated.reconciliation import Reconciliation
from rig.key_server.emulated.revocation import Revocation
from rig.key_server.emulated.seal import Seal
from rig.key_server.emulated.sharing import ShareLedger, Sharing
from rig.key_server.emulated.signing import SigningRelay
from rig.key_server.emulated.store import Store
from rig.key_server.emulated.tokens import PairingTokens
from rig.key_server.emulated.tracking import KeyTracking
from rig.key_server.errors import WrongStore
from rig.key_server.readings import Readings


class EmulatedKeyServer(contract.KeyServer):
    """Everything in one file. ``random_bytes`` names things and slots, ``root`` seals secrets.

    Killed at any point, it opens again with every answered operation and no half of another; one
    whose store is in memory alone is thrown away (see open).
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        root: Secret,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        readings: Readings | None = None,
        rules: Sequence[Rule] | None = None,
    ) -> None:
        """Takes the store over. Without ``rules``, the readings choose them.

        Raises StoreError, WrongStore.
        """
        seal = Seal(root)
        self._store = store
        try:
            _check_seal(self._store, seal)
        except BaseException:
            self._store.close()
            raise
        readings = readings or Readings()
        rules = RULES_BY[readings.setup_card_by] if rules is None else rules
        desk = Desk(self._store, clock, seal, random_bytes, readings, rules)
        self.accounts = Accounts(desk)
        self.vehicles = VehicleRecords(desk)
        self.cards = SetupCards(desk)
        self.letters = Letters(desk)
        self.tokens = PairingTokens(desk)
        self.tracking = KeyTracking(desk)
        self.sharing = Sharing(desk)
        self.signing = SigningRelay(desk)
        self.shares = ShareLedger(desk)
        self.revocation = Revocation(desk)
        self.reconciliation = Reconciliation(desk)
        self.receipt_key = seal.receipt_key.public

    def close(self) -> None:
        self._store.close()


def _check_seal(store: Store, seal: Seal) -> None:
    with store.transaction() as tables:
        tables.execute("INSERT OR IGNORE INTO seal VALUES (1, ?)", (seal.fingerprint(),))
        found = tables.execute("SELECT fingerprint FROM seal").fetchone()
        if found["fingerprint"] != seal.fingerprint():
            raise WrongStore("the database was made with another root secret")
