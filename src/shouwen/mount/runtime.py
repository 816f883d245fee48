"""Open what a process needs: services, pools, door. Importing this module declares every use case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shouwen.features.arrears import jobs as _arrears  # noqa: F401 -- declares use cases
from shouwen.features.business_day import use_cases as _business_day  # noqa: F401 -- declares use cases
from shouwen.features.cases import use_cases as _cases  # noqa: F401 -- declares use cases
from shouwen.features.contracts import use_cases as _contracts  # noqa: F401 -- declares use cases
from shouwen.features.deliveries import jobs as _deliveries  # noqa: F401 -- declares use cases and jobs
from shouwen.features.disputes import drafts as _drafts  # noqa: F401 -- declares use cases
from shouwen.features.disputes import jobs as _disputes  # noqa: F401 -- declares use cases and jobs
from shouwen.features.disputes import mine as _mine  # noqa: F401 -- declares use cases
from shouwen.features.dossiers import jobs as _dossiers  # noqa: F401 -- declares use cases and jobs
from shouwen.features.endings import jobs as _endings  # noqa: F401 -- declares use cases and jobs
from shouwen.features.evidence import jobs as _evidence  # noqa: F401 -- declares use cases and jobs
from shouwen.features.leases import jobs as _lease_jobs  # noqa: F401 -- declares use cases and jobs
from shouwen.features.leases import parcel_jobs as _parcels  # noqa: F401 -- declares use cases and jobs
from shouwen.features.leases import use_cases as _leases  # noqa: F401 -- declares use cases
from shouwen.features.papers import jobs as _papers  # noqa: F401 -- declares use cases and jobs
from shouwen.features.papers import use_cases_statement as _statement_paper  # noqa: F401 -- declares use cases
from shouwen.features.payments import jobs as _payments  # noqa: F401 -- declares use cases and jobs
from shouwen.features.people import use_cases as _people  # noqa: F401 -- declares use cases
from shouwen.features.stock import use_cases as _stock  # noqa: F401 -- declares use cases
from shouwen.mount import jobs as _jobs  # noqa: F401 -- registers job handlers
from shouwen.mount.payments import open_payments
from shouwen.platform import given_up as _given_up  # noqa: F401 -- declares use cases
from shouwen.platform.courier.http_courier import HttpCourier
from shouwen.platform.db import open_pool
from shouwen.platform.door import Door
from shouwen.platform.secrets import FieldCipher, load_or_create_key
from shouwen.platform.services import Services
from shouwen.platform.settings import Settings
from shouwen.platform.sms import DemoSms
from shouwen.platform.storage import Storage


def open_services(settings: Settings) -> Services:
    """Field cipher, media store and ports of this installation; creates its folders and field key."""
    cipher = FieldCipher(load_or_create_key(settings.keys_dir / "field.key"))
    settings.media_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    courier = HttpCourier(settings.courier_url, settings.courier_key) if settings.courier_url else None
    payments = open_payments(settings)
    return Services(settings, cipher, Storage(settings.media_dir), DemoSms(), courier=courier, payments=payments)


@asynccontextmanager
async def open_door(dsn: str, services: Services, *, min_size: int = 1, max_size: int = 8) -> AsyncIterator[Door]:
    """A door with its write and read pools, closed on leaving."""
    writes = await open_pool(dsn, min_size=min_size, max_size=max_size)
    reads = await open_pool(dsn, read_only=True, min_size=min_size, max_size=max_size)
    try:
        yield Door(writes, reads, services)
    finally:
        await writes.close()
        await reads.close()
