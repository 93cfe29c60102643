"""What a supporter does in a browser, on a phone-sized screen."""

import re
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.running_house import Fan, Up, new_fan, until

pytestmark = pytest.mark.browser


def _landing(up: Up) -> str:
    return f"{up.public_url}/azerbaijan-england/"


def _link_in_mail(up: Up, fan: Fan, pattern: str) -> str:
    def find() -> str | None:
        for message in reversed(up.crowd()._messages(fan.email)):
            if found := re.search(pattern, str(message.get("text"))):
                return found[0]
        return None

    return str(until(find))


def _signed_up(phone: Page, up: Up, fan: Fan) -> None:
    phone.goto(_landing(up))
    phone.get_by_label("First name").fill(fan.name)
    phone.get_by_label("Email address").fill(fan.email)
    phone.get_by_label("may email me").check()
    phone.get_by_role("button", name="Keep me posted").click()
    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()


def test_a_phone_and_an_email_of_one_form_become_one_by_the_digits_of_the_text(phone: Page, up: Up) -> None:
    fan = new_fan()
    phone.goto(_landing(up))
    phone.get_by_label("First name").fill(fan.name)
    phone.get_by_label("Email address").fill(fan.email)
    phone.get_by_label("may email me").check()
    phone.get_by_label("Mobile number").fill(fan.phone)
    phone.get_by_label("may text me").check()
    phone.get_by_role("button", name="Keep me posted").click()
    phone.goto(_link_in_mail(up, fan, r"http\S+/confirm/\S+"))
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_role("button", name="Yes, it was me").click()
    said = str(until(lambda: [str(each["body"]) for each in up.crowd()._messages(fan.phone)]))
    found = re.search(r"reply JOIN (\d{4})", said)
    assert found

    phone.get_by_label("And your phone: the four digits of our text").fill(found[1])
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_role("button", name="Confirm my phone").click()

    expect(phone.get_by_text("Your phone is confirmed too")).to_be_visible()
    until(lambda: any("welcome" in str(each["body"]) for each in up.crowd()._messages(fan.phone)))


def _confirmed(phone: Page, up: Up, fan: Fan) -> None:
    _signed_up(phone, up, fan)
    phone.goto(_link_in_mail(up, fan, r"http\S+/confirm/\S+"))
    phone.get_by_role("button", name="Yes, it was me").click()
    expect(phone.get_by_role("heading", name="Thank you, you are in")).to_be_visible()


def test_the_landing_page_counts_down_and_its_boxes_are_not_ticked(phone: Page, up: Up) -> None:
    phone.goto(_landing(up))

    expect(phone.get_by_text(re.compile(r"\d+ d \d+ h|\d+ h \d+ min"))).to_be_visible()
    for box in phone.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()


def test_a_mistyped_form_says_what_is_wrong_and_keeps_what_was_typed(phone: Page, up: Up) -> None:
    phone.goto(_landing(up))
    phone.get_by_label("First name").fill("Ana")
    phone.get_by_label("Email address").fill("ana@example")
    phone.get_by_label("may text me").check()

    phone.get_by_role("button", name="Keep me posted").click()

    expect(phone.get_by_role("alert")).to_contain_text("You ticked the box but gave no mobile number")
    expect(phone.get_by_label("First name")).to_have_value("Ana")
    expect(phone.get_by_label("Email address")).to_have_value("ana@example")


def test_a_supporter_confirms_by_the_link_in_the_email(phone: Page, up: Up) -> None:
    _confirmed(phone, up, new_fan(texts=False))


def test_a_known_supporter_signs_in_two_taps_from_an_email(phone: Page, up: Up) -> None:
    fan = new_fan(texts=False)
    _confirmed(phone, up, fan)
    link = _link_in_mail(up, fan, r"http\S+/l/\S+")

    phone.goto(link)
    phone.locator("#own_name").fill(fan.full_name)
    phone.locator("#own_place").select_option("AZ")
    phone.get_by_role("button", name=re.compile("Sign as")).click()

    expect(phone.get_by_role("heading", name="Thank you, you have signed")).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", name="Thank you, you have signed")).to_be_visible()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="You have signed")).to_be_visible()
    expect(phone.get_by_role("heading", name="Not you? Sign with your own name")).to_be_visible()
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_role("link", name="See your signature, or take it off").click()
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_role("button", name="Take my name off").click()
    expect(phone.get_by_role("heading", name="Your name is off the petition")).to_be_visible()


def test_a_stranger_signs_with_a_name_and_a_confirmed_address(phone: Page, up: Up) -> None:
    fan = new_fan(texts=False)
    phone.goto(f"{_landing(up)}petition")
    phone.get_by_label("Your name, as it should stand").fill(fan.name)
    phone.get_by_label("Country").select_option("AZ")
    phone.get_by_label("Email address").fill(fan.email)
    phone.get_by_role("button", name="Sign the petition").click()
    expect(phone.get_by_role("alert")).to_contain_text("Please give your first and your last name")
    expect(phone.get_by_label("Country")).to_have_value("AZ")
    expect(phone.get_by_label("I have only one name")).not_to_be_checked()
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_label("Your name, as it should stand").fill(fan.full_name)

    phone.get_by_role("button", name="Sign the petition").click()
    expect(phone.get_by_role("button", name="Nothing came? Send it again")).to_be_visible()
    assert Axe().run(phone).response["violations"] == []
    phone.goto(_link_in_mail(up, fan, r"http\S+/confirm/\S+"))
    phone.get_by_role("button", name="Yes, it was me").click()

    expect(phone.get_by_role("heading", name="Thank you, you have signed")).to_be_visible()


def test_leaving_takes_a_press_and_a_slip_can_be_undone(phone: Page, up: Up) -> None:
    fan = new_fan(texts=False)
    _confirmed(phone, up, fan)

    phone.goto(_link_in_mail(up, fan, r"http\S+/leave/\S+"))
    expect(phone.get_by_role("heading", name="Leave?")).to_be_visible()
    phone.get_by_role("button", name="Stop the emails").click()
    expect(phone.get_by_role("heading", name="You have left")).to_be_visible()
    phone.get_by_role("button", name="I pressed by mistake").click()

    expect(phone.get_by_role("heading", name="You are back")).to_be_visible()


@pytest.mark.parametrize("path", ["", "petition", "briefings/election-2003", "share"])
def test_supporters_pages_have_no_accessibility_faults(phone: Page, up: Up, path: str) -> None:
    phone.goto(_landing(up) + path)

    assert Axe().run(phone).response["violations"] == []


@pytest.mark.parametrize("path", ["", "petition", "briefings/election-2003"])
def test_nothing_is_wider_than_a_small_phone(phone: Page, up: Up, path: str) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})

    phone.goto(_landing(up) + path)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_supporter_takes_home_everything_held_about_them(phone: Page, up: Up) -> None:
    fan = new_fan()
    _signed_up(phone, up, fan)
    phone.goto(_link_in_mail(up, fan, r"http\S+/confirm/\S+"))
    phone.get_by_role("button", name="Yes, it was me").click()
    phone.goto(_link_in_mail(up, fan, r"http\S+/preferences/\S+"))
    phone.get_by_text("See everything we hold about you").click()
    phone.get_by_role("button", name="Get my data").click()
    assert Axe().run(phone).response["violations"] == []

    with phone.expect_download() as taken:
        phone.get_by_role("button", name="Download it").click()

    with zipfile.ZipFile(taken.value.path()) as file:
        assert fan.email in file.read("what-we-hold.html").decode()
        assert fan.email in file.read("what-we-hold.json").decode()


def test_a_complaint_is_sent_from_a_phone_and_acknowledged(phone: Page, up: Up) -> None:
    fan = new_fan()
    phone.goto(_landing(up))
    phone.get_by_role("link", name="Your data, complaints").click()
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_label("What is it about?").fill("Who gave you my address?")
    phone.get_by_label("Email for the answer").fill(fan.email)
    phone.get_by_role("button", name="Send").click()

    expect(phone.get_by_role("heading", name="Your message has come")).to_be_visible()
    assert Axe().run(phone).response["violations"] == []
    until(lambda: any("about your data has come" in str(each.get("text")) for each in up.crowd()._messages(fan.email)))
