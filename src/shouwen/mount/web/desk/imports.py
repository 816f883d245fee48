"""GET /desk/imports: contracts signed elsewhere come in by a file; what became of each row, to read and to mend."""

import base64
import binascii
import csv
import io

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.contracts.public import safe_cell
from shouwen.features.leases.use_cases import importing
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.lease_views import LeaseTabLinkView
from shouwen.mount.pages.views import PillView
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.work_shell import work_tabs
from shouwen.mount.web.desk.work_views import ImportReportView, ImportRowView, ImportsView, OutcomeView
from shouwen.mount.web.page import field, form, page, problem_view, run, see, words
from shouwen.platform.decode import decode

_HERE = "/desk/imports"
_NAME = "import_contracts"


def routes() -> list[Route]:
    """The list, bringing a file in, its report, the refused rows as a file."""
    return [
        page("GET", _HERE, listed),
        page("POST", _HERE, bring),
        page("GET", _HERE + "/{import_ref}", report),
        page("GET", _HERE + "/{import_ref}/refused.csv", refused_file),
    ]


async def listed(request: Request) -> Response:
    """The newest 50."""
    return await _page(request, None)


async def bring(request: Request) -> Response:
    """A chosen file (its bytes in base64, read by the browser), or lines pasted into the field."""
    fields = await form(request)
    try:
        body = {
            "format": field(fields, "format"), "source": field(fields, "source").strip(),
            "content": base64.b64encode(_bytes(fields)).decode(),
        }  # fmt: skip
        asked = decode(importing.ImportContracts, {}, (), msgspec.json.encode(body))
        started = await run(request, importing.import_contracts, asked, fields)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await _page(request, Tried(_NAME, fields, problem_view(request, refusal), refusal.status))
    return see(f"{_HERE}/{started.import_ref}")


def _bytes(fields: dict[str, list[str]]) -> bytes:
    chosen, pasted = field(fields, "file_base64"), field(fields, "lines")
    if chosen:
        try:
            return base64.b64decode(chosen, validate=True)
        except binascii.Error:
            raise BadInput(
                "file_base64", "文件没有读完整，请重新选择", "the file was not read whole; choose it again"
            ) from None
    if pasted.strip():
        return pasted.encode()
    raise BadInput(
        "lines", "还没有选择文件，也没有粘贴内容", "no file is chosen and nothing is pasted",
        remedy_zh="选择 CSV 或 JSON 文件，或把内容粘贴到下面",
        remedy_en="choose a CSV or JSON file, or paste its lines",
    )  # fmt: skip


async def _page(request: Request, tried: Tried | None) -> Response:
    t = words(request)
    rows = await run(request, importing.list_imports, importing.ListImports())
    view = ImportsView(
        title=t("导入在别处签的合同"),
        tabs=work_tabs(request, "imports"),
        form=_form(tried, t),
        rows=tuple(_head(row) for row in rows),
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _form(tried: Tried | None, t: Words) -> FormView:
    formats = (PickView("csv", "CSV"), PickView("json", "JSON"))
    fields = (
        FieldView(
            name="source", label=t("在哪里签的"), hint=t("例如旧系统的名称；同一来源的同一编号只进一次"), max_length=40
        ),
        FieldView(name="format", label=t("格式"), kind="select", picks=formats),
        FieldView(
            name="file", label=t("文件"), kind="file", required=False, accept=".csv,.json,.jsonl,text/csv",
            hint=t("UTF-8 或 GBK，600 KB 以内；更大的文件请在服务器上用 shouwen contract import"),
        ),
        FieldView(
            name="lines", label=t("或者粘贴内容"), kind="area", required=False, max_length=600_000,
            hint=t("第一行是列名。写错的行会逐行说明，改好再送一次，已进的不会重复。"),
        ),
    )  # fmt: skip
    return form_view(_NAME, _HERE, "", t("导入"), fields, tried=tried, main=True, folded=False)


def _head(row: importing.ImportLine | importing.ImportReport) -> ImportRowView:
    return ImportRowView(
        href=f"{_HERE}/{row.import_ref}",
        ref=row.import_ref,
        source=row.source,
        started_at=row.started_at,
        rows=row.rows,
        done=row.done,
        accepted=row.accepted,
        known=row.known,
        refused=row.refused,
        finished=row.finished_at is not None,
    )


async def report(request: Request) -> Response:
    """Every row, or only those refused, 200 a page."""
    t, params = words(request), request.query_params
    pairs = [(name, params[name]) for name in ("show", "after") if params.get(name)]
    found = await run(
        request, importing.read_import, decode(importing.ReadImport, {"import_ref": _ref(request)}, pairs, b"")
    )
    href, show = f"{_HERE}/{found.import_ref}", params.get("show", "all")
    view = ImportReportView(
        title=t("导入 {source}", source=found.source),
        tabs=work_tabs(request, "imports"),
        head=_head(found),
        shows=(
            LeaseTabLinkView(t("全部"), href, show != "refused"),
            LeaseTabLinkView(t("退回的"), f"{href}?show=refused", show == "refused"),
        ),
        rows=tuple(_outcome(row, t) for row in found.page),
        csv_href=f"{href}/refused.csv" if found.refused else "",
        more_href=f"{href}?show={show}&after={found.next_after}" if found.next_after is not None else "",
    )
    return await desk_html(request, view)


def _ref(request: Request) -> str:
    return str(request.path_params["import_ref"])


def _outcome(row: importing.ReportRow, t: Words) -> OutcomeView:
    pill = {
        "accepted": PillView(t("已导入"), "moss"),
        "known": PillView(t("已有"), "plain"),
        "refused": PillView(t("退回"), "red"),
    }[row.outcome]
    return OutcomeView(
        line=row.line,
        number=row.external_no,
        outcome=pill,
        lease_href=f"/desk/leases/{row.lease_ref}" if row.lease_ref else "",
        why=tuple(
            f"{why.column}{f'（{why.found}）' if why.found else ''}：{why.zh}。{why.remedy_zh}" for why in row.why
        ),
    )


async def refused_file(request: Request) -> Response:
    """The refused rows with what is wrong in each, as a file a spreadsheet opens."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("行", "编号", "列", "原值", "原因", "怎样改"))
    after: int | None = 0
    while after is not None:
        asked = decode(
            importing.ReadImport, {"import_ref": _ref(request)}, [("show", "refused"), ("after", str(after))], b""
        )
        found = await run(request, importing.read_import, asked)
        for row in found.page:
            for why in row.why:
                cells = (str(row.line), row.external_no, why.column, why.found, why.zh, why.remedy_zh)
                writer.writerow([safe_cell(cell) for cell in cells])
        after = found.next_after
    name = f"{_ref(request)}.csv"
    return Response(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
