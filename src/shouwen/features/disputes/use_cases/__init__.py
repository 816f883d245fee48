"""Acts and views of damage claims; importing this package declares them."""

from shouwen.features.disputes.use_cases import (  # noqa: F401 -- declares use cases
    answering,
    asking,
    billing,
    comparing,
    deciding,
    inspecting,
    keeping,
    reading,
    withdrawing,
)
