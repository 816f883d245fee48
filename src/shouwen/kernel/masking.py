"""Personal numbers and names on screen: masked unless revealed with a reason (EVI-6)."""


def mask_name(name: str) -> str:
    """`陈思宇` → `陈*宇`, `刘洋` → `刘*`, `欧阳丽娜` → `欧**娜`; one character stays as it is."""
    if len(name) <= 1:
        return name
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """`13812342210` → `138****2210`; anything that is no phone number becomes stars."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_address(address: str) -> str:
    """`上海市浦东新区世纪大道 100 号 3 室` → `上海市浦东新******`: where to, roughly; never which door."""
    return f"{address[:6]}{'*' * min(6, max(1, len(address) - 6))}"
