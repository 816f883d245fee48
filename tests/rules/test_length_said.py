"""A field of the wrong length says which length it takes."""

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from shouwen.kernel.errors import BadInput
from shouwen.platform.decode import decode


class Parcel(Struct, frozen=True, forbid_unknown_fields=True):
    waybill: Annotated[str, Meta(min_length=6, max_length=40)]


@pytest.mark.parametrize(("typed", "said"), [("1", "至少 6 个字符"), ("1" * 41, "最多 40 个字符")])
def test_waybill_of_the_wrong_length_says_how_long_it_has_to_be(typed, said):
    with pytest.raises(BadInput) as refused:
        decode(Parcel, {}, [("waybill", typed)], b"")
    assert said in refused.value.remedy_zh
