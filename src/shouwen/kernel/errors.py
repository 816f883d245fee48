"""A refusal says why, by which rule and clause, and what the person can do next. Edges translate it."""


class Refusal(Exception):
    """Raised by rules, stores and use cases to stop an act; the transaction rolls back.

    A use case that must keep something although it refuses (a failed log-in counts) returns `Refused` instead
    (platform.door). `code` is stable and machine readable, `status` the HTTP status it becomes.
    """

    def __init__(
        self,
        code: str,
        zh: str,
        en: str,
        *,
        status: int = 409,
        remedy_zh: str = "",
        remedy_en: str = "",
        rule: str = "",
        clause: str = "",
        field: str = "",
        data: dict[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en, self.status = code, zh, en, status
        self.remedy_zh, self.remedy_en = remedy_zh, remedy_en
        self.rule, self.clause, self.field = rule, clause, field
        self.data = data or {}


class Absent(Refusal):
    """What does not exist and what the actor may not see look the same from outside (404)."""

    def __init__(self, what_zh: str = "内容", what_en: str = "item") -> None:
        super().__init__(
            "not_found",
            f"没有找到这个{what_zh}",
            f"no such {what_en}",
            status=404,
            remedy_zh="请检查链接是否完整，或从首页重新进入",
            remedy_en="check the link, or start again from the home page",
        )


class BadInput(Refusal):
    """A field is wrong; says which and how to mend it (422, or 400 where the request cannot be read at all)."""

    def __init__(
        self, field: str, zh: str, en: str, *, remedy_zh: str = "", remedy_en: str = "", status: int = 422
    ) -> None:
        super().__init__("bad_input", zh, en, status=status, remedy_zh=remedy_zh, remedy_en=remedy_en, field=field)
