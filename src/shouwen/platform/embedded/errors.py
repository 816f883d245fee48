"""What stops the embedded server, told to the operator in both languages, with what to do next."""


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be started or stopped; the text says why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh, self.en = zh, en


class AlreadyRunning(EmbeddedPostgresError):
    """Another Shouwen holds the data folder."""
