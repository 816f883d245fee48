"""The thread of 120 messages: a fault narrowed down step by step over days, as it happens in life."""

from shouwen.mount.demo.stories import Line

CHECKS = (
    ("关闭 5G，只用 4G", "还是断"),
    ("打开飞行模式 30 秒再关闭", "好了十分钟，又断"),
    ("换到另一个卡槽", "一样"),
    ("忘记家里的 Wi-Fi 再重连", "Wi-Fi 正常，就是流量断"),
    ("还原网络设置（不会删除照片）", "还原了，下午断了两次"),
    ("把 SIM 卡插到别的手机上试半天", "别的手机不断"),
    ("取下手机壳试一天", "没区别"),
    ("记录断网时所在的位置和时间", "地铁、公司、家里都有"),
    ("升级到最新系统", "升完了，今天断了一次"),
    ("关闭所有省电设置", "还是有"),
    ("在设置里截一张信号详情", "截图发了"),
    ("安全模式下用两个小时", "安全模式也断了一次"),
)
ROUNDS = (
    ("麻烦再帮忙试一步：{step}。", "好", "{result}", "收到，已记下：{step}，结果「{result}」。"),
    (
        "同样的一步请在另一个地点再做一遍：{step}。",
        "又来一遍啊……行吧",
        "{result}，换了地方也这样",
        "辛苦了，两次一致，这一项可以排除。",
    ),
)
LONGEST = (
    "诊断页给了这么一串，不知道有没有用："
    "com.vendor.telephony.RadioInterfaceLayerDiagnosticReport$SignalStrengthHistogram"
    "@0x7f3a9c41d2e8b6a05f17c3e94b28d6f0a1b2c3d4e5f60718293a4b5c6d7e8f90"
)


def long_lines() -> tuple[Line, ...]:
    """Exactly 120 lines."""
    lines: list[Line] = [
        ("r", "{phone} 用着用着就没网了，一天七八次，要重启才好，外卖都接不了单"),
        ("y", "已为您开启故障受理，合同条款与签收记录已自动附上。"),
        ("a", "您好，这件事由我负责到底。断网有好几种可能，我们一步步排除，每一步我都会说明为什么。"),
        ("r", LONGEST),
        ("a", "有用，这是射频模块的诊断记录，我已转给检测员。"),
    ]
    for question, accept, answer, note in ROUNDS:
        for step, result in CHECKS:
            lines += [
                ("a", question.format(step=step)),
                ("r", accept),
                ("r", answer.format(result=result)),
                ("a", note.format(step=step, result=result)),
            ]
    closing: list[Line] = [
        ("n", "24 轮排查都指向射频模块，建议换机；期间租金按不可用天数减免。"),
        ("s", "同意换机，属非人为故障，由我方承担。"),
        ("a", "检测结论：射频模块故障，不是您使用造成的。给您换一台同型号，成色不低于原来。"),
        ("r", "终于！这么多天你一直没换人，也没让我重复讲，谢谢"),
    ]
    while len(lines) + len(closing) < 120:
        number = 120 - len(lines) - len(closing)
        lines.append(("r", "今天又断了一次") if number % 2 == 0 else ("a", "记下了，时间已补进记录。"))
    return tuple(lines + closing)
