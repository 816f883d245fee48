"""Publishing contract templates."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shouwen.features.contracts import store
from shouwen.features.contracts.policy import contract_policy_on
from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.store import PublishedTemplate
from shouwen.features.contracts.template_file import LONGEST_BYTES, parse_template
from shouwen.features.contracts.types import ContractCheck, ContractFinding
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class PublishTemplate(Struct, frozen=True, forbid_unknown_fields=True):
    """`template_ref` names the template; publishing it again makes the next version. `source_toml` is the file."""

    template_ref: Ref
    source_toml: Annotated[str, Meta(min_length=1, max_length=LONGEST_BYTES)]


class TemplatePublished(Struct, frozen=True):
    """The version published, its buyout ladder in fen after 0..n instalments, and the warnings."""

    ref: str
    version: int
    title: str
    ladder_fen: tuple[int, ...]
    warnings: tuple[ContractFinding, ...]


@use_case(PublishTemplate, TemplatePublished, permission=Permission.TEMPLATE_PUBLISH, method="POST", path="/templates")
async def publish_template(ctx: Ctx, command: PublishTemplate) -> Done[TemplatePublished]:
    """发布合同模板；有任何一处不合规则就全部退回
    Publish a contract template; refused with every finding of domain.md §3."""
    template = parse_template(command.source_toml, command.template_ref)
    check = check_contract(template, contract_policy_on(beijing_on(ctx.now)))
    if not check.ok:
        raise _not_publishable(check)
    newest = await store.newest_template(ctx.conn, command.template_ref)
    if newest is not None and newest["source_toml"] == command.source_toml:
        raise Refusal(
            "template_unchanged",
            f"第 {newest['version']} 版已经是这份内容",
            f"version {newest['version']} already has this text",
            remedy_zh="无需再次发布；如要修改，请先改好文件",
            remedy_en="nothing to publish; change the file first",
        )
    version = 1 if newest is None else newest["version"] + 1
    published = await store.insert_template(
        ctx.conn, command.template_ref, version, command.source_toml, template, ctx.now
    )
    if published is None:
        raise Refusal(
            "template_stale",
            f"同事刚刚发布了第 {version} 版",
            f"a colleague has just published version {version}",
            remedy_zh="请先看同事发布的内容，再决定是否发布新的一版",
            remedy_en="look at their version first, then publish again if needed",
        )
    event = Event(
        kind="template.published",
        text=f"{ctx.actor.name}发布合同模板“{template.title}”第 {version} 版",
        rule="BUY-1",
        subject=f"template:{published.ref}",
        data={"version": version, "policy": list(check.policy)},
        sealed=True,
    )
    warnings = tuple(finding for finding in check.findings if finding.severity == "warn")
    return Done(
        TemplatePublished(published.ref, version, published.title, check.ladder_fen, warnings),
        event,
    )


class ListTemplates(Struct, frozen=True, forbid_unknown_fields=True):
    """Every published version."""


@use_case(ListTemplates, list[PublishedTemplate], permission=Permission.TEMPLATE_READ, method="GET", path="/templates")
async def list_templates(ctx: Ctx, command: ListTemplates) -> list[PublishedTemplate]:
    """已发布的合同模板
    Published contract templates, newest version first."""
    return await store.list_templates(ctx.conn)


def _not_publishable(check: ContractCheck) -> Refusal:
    refusing = [finding for finding in check.findings if finding.severity == "refuse"]
    return Refusal(
        "template_refused",
        f"模板不能发布，共 {len(refusing)} 处：{refusing[0].message}",
        f"the template cannot be published: {', '.join(dict.fromkeys(f.rule for f in refusing))}",
        status=422,
        remedy_zh="请按每一处说明改好后再发布",
        remedy_en="mend every finding, then publish again",
        rule=refusing[0].rule,
        field="source_toml",
        data={"findings": msgspec.to_builtins(check.findings), "ladder_fen": list(check.ladder_fen)},
    )
