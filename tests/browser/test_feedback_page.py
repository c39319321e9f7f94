"""A feedback page in Chromium, made both ways, of work whose text tries to load and to style."""

import shutil

import pytest

from autograders.bulk.returning import return_pages
from autograders.submission.folders import CourseFolder
from tests.autograders.bulk.test_bulk import Inline, graded
from tests.autograders.classroom import DROPS, PUPILS, hand_in, nbgrader, new_course, submission

ELSEWHERE = "https://elsewhere.example/x"
HOSTILE = [
    f'<div style="text-align:\n\n$$;background:url({ELSEWHERE});top:0$$\n\n<div>;">a</div>',
    '<div><img src="\n\n$$/../../../x$$\n\n<div>">b</div>',
    f'<img src="{ELSEWHERE}"> ![c]({ELSEWHERE}) <svg><image href="{ELSEWHERE}"/></svg>',
    rf"$\text{{<img src={ELSEWHERE}>}}$ $\includegraphics{{{ELSEWHERE}}}$",
]
HONEST = r"$\eta_t = \eta_0\,\gamma^{\lfloor t/T \rfloor}$ but $\unknown{x}$"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The page of one submission as bulk grading makes it, and as nbgrader does."""
    course = new_course(tmp_path_factory.mktemp("root") / "course", [DROPS])
    work = submission(course, DROPS, PUPILS[DROPS][0])
    for place, text in enumerate([HONEST, *HOSTILE]):
        own = {"cell_type": "markdown", "id": f"own-{place}", "metadata": {}, "source": text}
        work["cells"].insert(2 + place, own)
    hand_in(course, DROPS, "ada", work)
    graded(course, Inline())
    folder = CourseFolder(course)
    return_pages(folder, DROPS, Inline(), folder.students(DROPS))
    shutil.move(course / "feedback", course / "ours")
    nbgrader(course, "generate_feedback", DROPS)
    name = f"ada/{DROPS}/{DROPS}.html"
    return {"bulk": course / "ours" / name, "nbgrader": course / "feedback" / name}


@pytest.mark.browser
@pytest.mark.parametrize("way", ["bulk", "nbgrader"])
def test_a_page_of_hostile_work_asks_for_nothing_but_what_lies_beside_it(made, chrome, way):
    context = chrome.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(made[way].as_uri(), wait_until="load")
    beside = (made[way].parent.as_uri(), "data:")
    assert made[way].as_uri() in asked
    assert [url for url in asked if not url.startswith(beside)] == []
    assert page.locator("math", has_text="γ").count() == 1
    assert page.locator("code", has_text=r"\unknown{x}").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
