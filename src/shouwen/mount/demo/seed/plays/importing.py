"""Contracts signed elsewhere, brought in from a file of which four rows cannot be read."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shouwen.features.leases.use_cases.importing import (
    ImportChunk,
    ImportContracts,
    chunk_key,
    import_chunk,
    import_contracts,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import add_months
from shouwen.kernel.fen import plain_fen
from shouwen.mount.demo.catalogue import MODELS
from shouwen.mount.demo.names import GIVEN, SURNAMES, imei_of
from shouwen.mount.demo.seed.agenda import CHANNEL
from shouwen.mount.demo.seed.plays.stage import Stage

SOURCE = "蓝桥租机"
COLUMNS = (
    "合同编号,姓名,手机号,型号,容量,颜色,成色,IMEI,签署日,首个付款日,期数,总租金,签约价,买断尾款,买断公式,宽限天数,"
    "已付期数"
)
ROWS = 25
BROKEN = {
    6: ("总租金", "=6000+502"),
    11: ("手机号", "1990000"),
    17: ("期数", "0"),
    22: ("IMEI", "490154203237519"),
}  # fmt: skip


def add_import(stage: Stage) -> None:
    """The file, read the same minute."""
    if not stage.has("applied"):
        return

    async def bring_in(at: datetime) -> None:
        content = file_of(stage.today).encode()
        command = ImportContracts("csv", SOURCE, content)
        started = await stage.history.run(at, import_contracts, stage.staff("tangwei"), command)
        # under the key of its job, which then finds it done
        key = chunk_key(started.import_ref, 0)
        chunk = ImportChunk(started.import_ref)
        await stage.history.door.run(import_chunk, SYSTEM, chunk, key=key, channel=CHANNEL, at=at)

    stage.add(3, 17, 0, bring_in)


def file_of(today: date) -> str:
    """The file's text; nobody in it is overdue."""
    return "\n".join([COLUMNS, *(",".join(_row(nth, today)) for nth in range(1, ROWS + 1))]) + "\n"


def _row(nth: int, today: date) -> Sequence[str]:
    model = MODELS[nth % len(MODELS)]
    first_on = add_months(today, -(nth % 7) - 1) + timedelta(days=4 + nth % 20)
    due = sum(add_months(first_on, no) <= today for no in range(12))
    rent_fen = model.signed_value_fen * 72 // 100
    cells = {
        "合同编号": f"LQ-{2_000 + nth}",
        "姓名": SURNAMES[nth] + GIVEN[nth],
        "手机号": f"199{10_000_000 + nth * 137:08d}",
        "型号": model.name,
        "容量": model.storages[0],
        "颜色": model.colours[0][0],
        "成色": "95 新",
        "IMEI": imei_of(model.type_code, 80_000 + nth * 61),
        "签署日": str(first_on - timedelta(days=3)),
        "首个付款日": str(first_on),
        "期数": "12",
        "总租金": plain_fen(rent_fen).replace(",", ""),
        "签约价": plain_fen(model.signed_value_fen).replace(",", ""),
        "买断尾款": plain_fen(model.signed_value_fen - rent_fen).replace(",", ""),
        "买断公式": "popular" if nth == 9 else "unpaid_plus_residual",
        "宽限天数": "3",
        "已付期数": str(due),
    }
    if nth in BROKEN:
        column, value = BROKEN[nth]
        cells[column] = value
    return [cells[column] for column in COLUMNS.split(",")]
