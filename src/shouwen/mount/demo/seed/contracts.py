"""The contract of each demo lease: a published template adjusted to its numbers, then signed by the rules."""

from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.contracts.policy import sample_templates
from shouwen.features.contracts.public import contract_policy_on, sign
from shouwen.features.contracts.types import Clause, Contract, ContractTemplate
from shouwen.kernel.fen import plain_fen
from shouwen.mount.demo.structs import Lease
from shouwen.platform.policies import policies_folder

FILES = {"buyout-12": "early_buyout_12", "return-6": "return_only_6", "rent-to-own-24": "rent_to_own_24"}
BACK_SCRATCH = ("back", "scratch", "medium")
OFFICIAL_PER_CENT = 118  # what the maker asks for the phone, against the signed value


def template_sources() -> dict[str, str]:
    """TOML of the templates the company publishes, by their reference."""
    folder = policies_folder() / "templates"
    sources = {ref: folder.joinpath(f"{name}.toml").read_text("utf-8") for ref, name in FILES.items()}
    return sources | {f"buyout-{plan.periods}": _shorter(sources["buyout-12"], plan) for plan in SHORTER}


class _Plan(Struct, frozen=True):
    """Another number of instalments of the same phone; `zh` is that number in words."""

    periods: int
    zh: str
    total_rent_fen: int
    early_return_after: int
    after_zh: str


# What an order of twelve instalments can be changed to before shipping.
SHORTER = (_Plan(6, "六", 384_000, 3, "三"), _Plan(3, "三", 225_000, 1, "一"))


def _shorter(source: str, plan: _Plan) -> str:
    """The plan of twelve instalments with fewer: other rents, the same signed value."""
    whole = _templates()[FILES["buyout-12"]].terms
    residual_fen = whole.signed_value_fen - plan.total_rent_fen
    for old, new in (
        ("（12 个月，随时买断）", f"（{plan.periods} 个月，随时买断）"),
        ("total_rent_fen = 600_000 ", f"total_rent_fen = {plan.total_rent_fen} "),
        ("periods = 12", f"periods = {plan.periods}"),
        ("residual_price_fen = 204_600 ", f"residual_price_fen = {residual_fen} "),
        ("early_return_after = 3", f"early_return_after = {plan.early_return_after}"),
        ("租期十二个月，分十二期支付", f"租期{plan.zh}个月，分{plan.zh}期支付"),
        ("付清三期租金后", f"付清{plan.after_zh}期租金后"),
    ):
        assert old in source, old
        source = source.replace(old, new)
    return source


def contract_of(lease: Lease, back_scratch_fen: int) -> Contract | None:
    """The signed contract; None before signing. `back_scratch_fen` is what its price list asks for that mark."""
    if lease.signed_on is None:
        return None
    template = adjusted(_templates()[FILES[lease.terms.template]], lease, back_scratch_fen)
    return sign(template, lease.signed_on, lease.terms.first_due_on, contract_policy_on(lease.signed_on))


def adjusted(template: ContractTemplate, lease: Lease, back_scratch_fen: int) -> ContractTemplate:
    """The template with this lease's phone, rents, value, deposit and price list, in its terms and in its prose."""
    before, own = template.terms, lease.terms
    terms = replace(
        before,
        total_rent_fen=own.total_rent_fen,
        periods=own.periods,
        signed_value_fen=own.signed_value_fen,
        residual_price_fen=None if before.residual_price_fen is None else own.residual_price_fen,
        rounding="first" if own.rounding == "first" else "last",
        first_due_on=own.first_due_on,
        deposit_fen=own.deposit_fen,
        official_price_fen=own.signed_value_fen * OFFICIAL_PER_CENT // 100,
        sku=lease.model,
        storage=lease.storage,
        condition_grade=lease.condition_grade,
        damage_prices=tuple(
            replace(price, price_fen=back_scratch_fen)
            if (price.part, price.kind, price.severity) == BACK_SCRATCH
            else price
            for price in before.damage_prices
        ),
    )
    words = {f"押金 {plain_fen(before.deposit_fen or 0)} 元": f"押金 {plain_fen(own.deposit_fen)} 元"}
    if terms.rounding != before.rounding:
        words["余下的分计入第一期"] = "余下的分计入最后一期"
    return replace(template, terms=terms, clauses=tuple(_reworded(clause, words) for clause in template.clauses))


def _reworded(clause: Clause, words: dict[str, str]) -> Clause:
    text = clause.text
    for old, new in words.items():
        text = text.replace(old, new)
    return clause if text == clause.text else replace(clause, text=text)


@cache
def _templates() -> dict[str, ContractTemplate]:
    return sample_templates()
