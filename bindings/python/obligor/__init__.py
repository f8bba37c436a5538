"""obligor: credit checks inside the ERP's own process.

    with obligor.Engine.open(store="credit.db", create=True) as engine:
        desk = engine.account("NW01", "10023")
        decision = engine.reserve(
            account=desk, document="SO-1", key="SO-1/1", amount=Decimal("1250.00"), currency="DKK"
        )
        if not decision.granted:
            for reason in decision.reasons:
                print(reason.sentence)

Amounts are ``Decimal`` and never float, days ``datetime.date``, moments aware ``datetime``. A decision is an answer and
never an exception; an exception says that there is no answer, and its class says what to do.
"""

from ._errors import (
    ArgumentError,
    Cancelled,
    ConfigError,
    EncodingError,
    EngineClosed,
    FileError,
    Forbidden,
    Forked,
    InternalError,
    InUse,
    KeyConflict,
    LibraryError,
    NotFound,
    ObligorError,
    PolicyError,
    StateError,
    Status,
    StoreError,
    TooLarge,
    TooNew,
    Undetermined,
    Unsupported,
)
from ._library import load as _load
from ._version import VERSION as __version__
from .account import Account, AccountStatus, Position, Profile, Standing
from .customer import Check, CustomerAnswer
from .debtor import LookupAnswer, LookupFor, Remark
from .decision import (
    Code,
    Decision,
    Level,
    OrderState,
    Outcome,
    Quantity,
    Reason,
    Remedy,
    RemedyKind,
    Source,
    Kind,
)
from .engine import Engine
from .event import Event, Events
from .importing import ImportReport
from .limit import Limit, WaitingLimit
from .log import LogLevel
from .money import Money
from .order import Checkpoint, Instalment, ListAnswer, Order, Stage
from .policy import Finding, PolicyCheck, PolicyProfile
from .pool import Pool
from .work import HeldOrder, Reevaluation, Work

__all__ = [
    "Account",
    "AccountStatus",
    "ArgumentError",
    "Cancelled",
    "Check",
    "Checkpoint",
    "Code",
    "ConfigError",
    "CustomerAnswer",
    "Decision",
    "EncodingError",
    "Engine",
    "EngineClosed",
    "Event",
    "Events",
    "FileError",
    "Finding",
    "Forbidden",
    "Forked",
    "HeldOrder",
    "ImportReport",
    "InUse",
    "Instalment",
    "InternalError",
    "KeyConflict",
    "Kind",
    "Level",
    "LibraryError",
    "Limit",
    "ListAnswer",
    "LogLevel",
    "LookupAnswer",
    "LookupFor",
    "Money",
    "NotFound",
    "ObligorError",
    "Order",
    "OrderState",
    "Outcome",
    "PolicyCheck",
    "PolicyError",
    "PolicyProfile",
    "Pool",
    "Position",
    "Profile",
    "Quantity",
    "Reason",
    "Reevaluation",
    "Remark",
    "Remedy",
    "RemedyKind",
    "Source",
    "Stage",
    "Standing",
    "StateError",
    "Status",
    "StoreError",
    "TooLarge",
    "TooNew",
    "Undetermined",
    "Unsupported",
    "WaitingLimit",
    "Work",
    "__version__",
    "library_path",
    "library_version",
]


def library_path() -> str:
    """The file of the shared library that is used when none is named."""
    return str(_load().path)


def library_version() -> str:
    """The version of that library."""
    return _load().version()
