"""Whatever an agreement has come to and whatever a deposit waits for, the desk's tab has words for it."""

from typing import get_args

from shouwen.features.endings.types import AcceptanceState, Waits
from shouwen.mount.web.desk import ending_tab, ending_ways


def test_every_state_of_an_agreement_and_every_wait_of_a_deposit_has_words():
    assert set(ending_ways._STATES) == set(AcceptanceState)
    assert set(ending_tab._WAITS) == set(get_args(Waits))
