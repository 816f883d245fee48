"""The form of a parcel that goes back to us: the preparation list, then courier and waybill."""

from msgspec.structs import replace
from starlette.requests import Request

from shouwen.features.leases.use_cases.moving import ReturnList
from shouwen.features.stock.public import courier_policy_on
from shouwen.kernel.days import beijing_on
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import LinkView, ProblemView
from shouwen.mount.web.acts import Tried
from shouwen.mount.web.page import language
from shouwen.mount.web.portal.way_views import PrepareStepView, SendFormView
from shouwen.platform import clock


def _labelled(problem: ProblemView, t: Words) -> ProblemView:
    """“waybill”填写有误 names the field as the form does."""
    labels = {"waybill": t("运单号"), "courier": t("快递公司"), "done": t("准备清单")}
    label = labels.get(problem.field, problem.field)
    return replace(problem, text=problem.text.replace(f"“{problem.field}”", f"“{label}”"))


def send_form(
    request: Request, prepare: ReturnList, name: str, action: str, button: str, tried: Tried | None, t: Words
) -> SendFormView:
    """The steps as they were ticked, what was typed, and what is wrong."""
    typed = tried.typed if tried is not None and tried.name == name else {}
    done = set(typed.get("done", ()))
    english = language(request) == "en"
    steps = tuple(
        PrepareStepView(
            value=step.id,
            text=step.en if english else step.zh,
            why=step.why_en if english else step.why_zh,
            needed=step.needed,
            done=step.id in done,
            link=LinkView(t("去上传"), "#photos") if step.id == "photographed" else None,
        )
        for step in prepare.steps
    )
    return SendFormView(
        name=name,
        action=action,
        button=button,
        steps=steps,
        couriers=tuple((firm.code, firm.name) for firm in courier_policy_on(beijing_on(clock.now())).couriers),
        courier=typed.get("courier", [""])[0],
        waybill=typed.get("waybill", [""])[0],
        problem=_labelled(tried.problem, t) if tried is not None and tried.name == name else None,
    )
