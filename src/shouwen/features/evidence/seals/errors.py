"""What is wrong with a seal, said in a stable code and in both languages."""


class SealInvalid(ValueError):
    """A note, checkpoint, proof, leaf or timestamp that is malformed or does not verify."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en = code, zh, en
