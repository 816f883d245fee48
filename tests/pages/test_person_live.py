"""转人工 on a phone: the chip says at once what happens, and who has it as soon as somebody takes it."""

from browsing import Open
from playwright.sync_api import expect
from small_desk import Desk


def test_chip_says_connecting_at_once_and_the_name_when_an_agent_takes_the_case(
    desk: Desk, phone: Open, desktop: Open
) -> None:
    [found] = desk.sql(
        "SELECT c.ref, r.ref AS renter FROM cases c JOIN renters r ON r.id = c.renter_id"
        " WHERE c.owner_id IS NULL AND c.state = 'open' AND c.human_asked_at IS NULL AND c.type <> 'complaint'"
        " ORDER BY c.id LIMIT 1"
    )
    renter = phone(found["renter"], f"/my/cases/{found['ref']}")
    renter.locator("#person form[action$='/human'] button").click()
    expect(renter.locator("#person")).to_contain_text("已转人工")
    agent = desktop("xujia", f"/desk/cases/{found['ref']}")
    agent.locator("[data-key=take] button").click()
    expect(renter.locator("#person")).to_contain_text("许佳 在负责")
    expect(renter.locator("#case-status")).to_contain_text("许佳")
