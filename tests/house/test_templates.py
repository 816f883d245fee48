"""The pages' own house rules: nothing the policy blocks, nothing undefined, nothing said in one language only."""

import re
import sys
from pathlib import Path

import pytest
from jinja2 import Undefined, UndefinedError
from markupsafe import Markup, escape

from shouwen.mount.pages import compiling, views
from shouwen.mount.pages.env import environment, render
from shouwen.mount.pages.i18n import english
from shouwen.mount.web import desk, portal
from shouwen.mount.web.acts import DONE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import gallery  # noqa: E402
import gallery_samples as samples  # noqa: E402

PACKAGE = ROOT / "src/shouwen"
TEMPLATES = sorted([*PACKAGE.glob("features/*/templates/**/*.html"), *PACKAGE.glob("mount/pages/**/*.html")])
VIEWS = samples.portal_pages() | samples.desk_pages() | samples.fragments()
BLOCKED = {
    "style attribute": r"<[^>]*\sstyle\s*=",
    "event handler": r"<[^>]*\son[a-z]+\s*=",
    "hx-on": r"\shx-on[:-]",
    "inline script": r"<script(?![^>]*\ssrc=)[^>]*>",
    "inline style sheet": r"<style[\s>]",
    "javascript address": r"javascript:",
    "other site": r"""(?:src|href|action)=["']?(?:https?:)?//""",
}
SAID = re.compile(r"""\bt\(\s*(?:"([^"]*)"|'([^']*)')""")
CHINESE = re.compile(r"[一-鿿]")


def name_of(path: Path) -> str:
    """The loader's name of a template file."""
    parts = path.relative_to(PACKAGE).parts
    return "/".join(parts[2:]) if parts[0] == "mount" else "/".join((parts[1], *parts[3:]))


def sentences(text: str) -> set[str]:
    return {double or single for double, single in SAID.findall(text)}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_template_of_either_language_compiles(path: Path, lang: str) -> None:
    assert environment(lang).get_template(name_of(path)).filename == str(path)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_with_sample_view_renders_nothing_the_policy_blocks(name: str, lang: str) -> None:
    html = render(VIEWS[name], gallery.frame_for(name, VIEWS[name], lang))
    found = {what: match.group(0) for what, pattern in BLOCKED.items() if (match := re.search(pattern, html, re.I))}
    assert html.strip()
    assert not found


def test_sentence_in_any_template_has_its_english() -> None:
    said = {sentence for path in TEMPLATES for sentence in sentences(path.read_text("utf-8"))}
    said |= sentences((PACKAGE / "mount/pages/formats.py").read_text("utf-8"))
    assert said - english().keys() == set()


def test_sentence_said_by_a_page_edge_has_its_english() -> None:
    """Add what is missing to a file `en….toml` in src/shouwen/mount/pages/locale."""
    edges = sorted((PACKAGE / "mount/web").rglob("*.py"))
    said = {sentence for path in edges for sentence in sentences(path.read_text("utf-8"))}
    assert {sentence for sentence in said if CHINESE.search(sentence)} - english().keys() == set()


def test_sentence_said_after_an_act_has_its_english() -> None:
    assert portal.routes()
    assert desk.routes()
    assert set(DONE.values()) - english().keys() == set()


def test_english_sentence_keeps_the_names_of_the_chinese_one() -> None:
    names = re.compile(r"\{(\w+)\}")
    wrong = [zh for zh, en in english().items() if set(names.findall(zh)) != set(names.findall(en))]
    assert wrong == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_chinese_text_in_a_template_goes_through_the_words(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
    bare = CHINESE.findall(SAID.sub("", text).replace("首</", "").replace('"中文"', ""))
    assert bare == []


def test_view_that_names_a_template_names_one_that_exists() -> None:
    named = {view.template for view in vars(views).values() if isinstance(getattr(view, "template", None), str)}
    missing = named - {name_of(path) for path in TEMPLATES}
    assert missing == set()
    assert len(named) > 30


def test_gallery_shows_every_page_and_fragment() -> None:
    named = {view.template for view in vars(views).values() if isinstance(getattr(view, "template", None), str)}
    assert named - {view.template for view in VIEWS.values()} == set()


def test_hostile_text_in_a_view_is_escaped_everywhere() -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    message = views.MessageView(1, "renter", samples.NOW, evil, evil)
    thread = views.ThreadView(case_ref="SW-X", messages=(message,))
    html = render(thread, gallery.frame_for("thread", thread))
    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_value_of_any_kind_is_shown_as_jinja_would_show_it() -> None:
    for value in ("纯文字", "<b>", '"', "'", "&", "", 7, -1, True, 1.5, None, Markup("<i>"), ("<",), Undefined()):
        assert compiling.shown(value) == escape(value)


def test_attribute_that_a_view_does_not_have_fails_the_page() -> None:
    view = samples.LIST_ROWS[0]
    with pytest.raises(AttributeError):
        environment("zh").from_string("{{ v.nothing }}").render(v=view)
    with pytest.raises(UndefinedError):
        environment("zh").from_string("{{ nothing.at_all }}").render(v=view)


def test_condition_without_else_shows_nothing_where_it_does_not_hold() -> None:
    template = environment("zh").from_string("[{{ 'a' if v }}{{ 'b' if not v }}]")
    assert [template.render(v=v) for v in (True, False)] == ["[a]", "[b]"]


def test_internal_note_given_to_a_renters_thread_is_left_out() -> None:
    note = views.MessageView(4, "note", samples.NOW, "只给同事看", "周敏")
    thread = views.PortalThreadView(case_ref="SW-X", messages=(note,))
    assert "只给同事看" not in render(thread, gallery.frame_for("thread", thread))


def test_statement_the_system_opened_a_case_with_shows_its_words_to_both_sides() -> None:
    part = views.StatementPartView("现状", (views.SpanView("约定 11-22 前发货，现在还没有发出。"),))
    opened = views.MessageView(1, "system", samples.NOW, author="系统", statement=(part,))
    for thread in (
        views.PortalThreadView(case_ref="SW-X", messages=(opened,)),
        views.ThreadView(case_ref="SW-X", messages=(opened,)),
    ):
        html = render(thread, gallery.frame_for("thread", thread))
        assert ("现在还没有发出" in html, "系统" in html) == (True, True)


def test_form_that_posts_carries_csrf_and_a_fresh_key() -> None:
    wanting = []
    for name, view in VIEWS.items():
        html = render(view, gallery.frame_for(name, view))
        for form in re.findall(r'<form[^>]*method="post".*?</form>', html, re.S):
            if 'name="csrf"' not in form or 'name="idempotency_key"' not in form:
                wanting.append((name, form[:80]))
    assert wanting == []
