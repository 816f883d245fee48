"""Refusals as a page, a fragment, or problem details, by who asks."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.views import ErrorView, LinkView, ProblemFragmentView
from shouwen.mount.web.page import html, is_fragment, language, problem_view, see, words
from shouwen.platform.problem import problem_response


def as_refusal(error: Exception) -> Refusal:
    """Starlette's own 404 and 405 in our words."""
    if isinstance(error, Refusal):
        return error
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500:
        return Refusal(
            "our_fault",
            "我们这边出错了，您填写的内容没有丢",
            "something went wrong on our side; what you typed is kept",
            status=500,
            remedy_zh="请稍后再试；急事请点“转人工”或拨打客服电话",
            remedy_en="please try again; for urgent matters ask for a person",
        )
    if status == 405:
        return Refusal("wrong_method", "这个地址不支持这种操作", "this address does not take that method", status=405)
    return Absent("页面", "page")


async def page_or_problem(request: Request, error: Exception) -> Response:
    """JSON for the API, a fragment for scripts, a page for people; strangers are sent to log in."""
    refusal = as_refusal(error)
    named = isinstance(refusal, BadInput) and refusal.field in request.path_params
    if named and not request.url.path.startswith("/api/"):
        refusal = Absent("页面", "page")  # an address with a reference that cannot be: nothing is there
    if request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", ""):
        return problem_response(refusal)
    if refusal.status == 401 and request.state.actor.role is Role.ANONYMOUS and not is_fragment(request):
        return see(f"/login?next={request.url.path}")
    if refusal.code == "password_first" and not is_fragment(request):
        return see("/account")
    if is_fragment(request):
        return html(request, ProblemFragmentView(problem_view(request, refusal)), refusal.status)
    english = language(request) == "en"
    view = ErrorView(
        status=refusal.status,
        title=refusal.en if english else refusal.zh,
        text="",
        remedy=refusal.remedy_en if english else refusal.remedy_zh,
        rule=refusal.rule,
        clause=refusal.clause,
        home=LinkView(words(request)("回首页"), "/"),
    )
    return html(request, view, refusal.status)
