"""What a renter does before a phone goes back (domain.md §4), as data: nothing of theirs stays on it."""

from msgspec import Struct

from shouwen.kernel.errors import Refusal


class ReturnStep(Struct, frozen=True):
    """One step: what to do, and why it protects the renter. Only `needed` ones must be ticked."""

    id: str
    zh: str
    en: str
    why_zh: str
    why_en: str
    needed: bool = True


RETURN_STEPS: tuple[ReturnStep, ...] = (
    ReturnStep(
        "backup",
        "备份照片、通讯录和聊天记录",
        "Back up pictures, contacts and chats",
        "手机抹除后无法找回",
        "nothing can be recovered afterwards",
    ),
    ReturnStep(
        "signed_out",
        "退出云账号，关闭“查找我的手机”等激活锁",
        "Sign out of the cloud and switch the activation lock off",
        "激活锁开着，手机无法检测",
        "a locked phone cannot be inspected",
    ),
    ReturnStep(
        "sim_out",
        "取出 SIM 卡和存储卡",
        "Take out SIM and memory cards",
        "卡里有您的号码和资料",
        "they hold your number and data",
    ),
    ReturnStep(
        "photographed",
        "给各面、屏幕点亮和 IMEI 页面拍照存证",
        "Take pictures of every side, the lit screen and the IMEI page",
        "寄出前封存的影像，可以证明寄出时的样子（DMG-4）",
        "pictures sealed before sending show how it left you (DMG-4)",
    ),
    ReturnStep(
        "wiped",
        "抹掉所有内容和设置，留一张抹除完成的画面",
        "Erase all content and settings and keep a picture of the result",
        "保护您的个人信息",
        "it protects your personal data",
    ),
    ReturnStep(
        "accessories",
        "合同列明的配件一并寄回",
        "Send the accessories the contract lists along",
        "少寄的配件可以补寄",
        "what is missing can be sent later",
        needed=False,
    ),
)


def refuse_unprepared(done: frozenset[str]) -> None:
    """Refusal `return_not_prepared` naming the steps that are not done; unknown words are ignored."""
    missing = [step for step in RETURN_STEPS if step.needed and step.id not in done]
    if not missing:
        return
    raise Refusal(
        "return_not_prepared",
        f"寄回前还差：{'；'.join(step.zh for step in missing)}",
        f"before it goes back: {'; '.join(step.en for step in missing)}",
        remedy_zh="逐项完成并勾选后再登记寄回；有一项做不到（例如无法开机），请转人工",
        remedy_en="do and tick each; if one cannot be done (it does not start), ask a person",
        data={"missing": [step.id for step in missing]},
    )
