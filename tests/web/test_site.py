"""The site as a visitor meets it: complete, quiet, readable on a phone, and without the answers."""

import html
import json
import math
import re
import zipfile
from functools import cache

import nbformat
import pytest

from course.lessons import PAGES as TO_LOOK_UP
from tests.web.conftest import ROOT, UNITS

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
PAGES = [
    "index.html",
    "read/index.html",
    "read/lessons/01_fixed_rate.html",
    "read/search.html?q=slope",
]
START = "lite/notebooks/index.html?path=00_start_here.ipynb"


def read(path):
    return path.read_text("utf-8")


def squeezed(text):
    """Text without its white space, in which a line can be found however it was wrapped."""
    return re.sub(r"\s+", "", text)


def words_of(page):
    """What a page of HTML says, tags and white space removed."""
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", read(page))))


def notebook(kind, unit):
    return nbformat.read(ROOT / "course" / kind / unit / f"{unit}.ipynb", as_version=4)


@cache
def given():
    """The code and text of every learner's notebook, in which later units use earlier answers."""
    return squeezed(" ".join(c.source for unit in UNITS for c in notebook("release", unit).cells))


def answers(unit):
    """The lines that only instructors' notebooks have, in cells that a learner fills in."""
    lines = [
        line
        for cell in notebook("source", unit).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
        for line in map(squeezed, cell.source.replace(". ", ".\n").splitlines())
    ]
    return [
        line for line in lines if len(line) > 12 and line not in given() and "SOLUTION" not in line
    ]


# Every page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_page_opens_without_an_error_and_asks_no_other_server(visit, path, options):
    seen = visit(**options)
    page = seen.go(path)
    page.wait_for_load_state("networkidle")
    assert (seen.errors, seen.missing, seen.external) == ([], [], [])
    assert seen.overflow() <= 0
    assert page.locator("html[lang=en]").count() == 1
    assert "search" in path or page.locator("h1").count() == 1
    assert page.locator("main, [role=main]").count() == 1
    nameless = page.evaluate(
        "[...document.querySelectorAll('img:not([alt]), img[alt=\"\"]')].map(i => i.outerHTML)"
    )
    assert nameless == []


def test_every_page_to_read_fits_a_phone_and_asks_no_other_server(visit, site):
    seen = visit(**PHONE)
    pages = sorted(path.relative_to(site).as_posix() for path in site.glob("read/**/*.html"))
    assert len(pages) > len(UNITS) + len(TO_LOOK_UP)
    wide = []
    for path in pages:
        seen.go(path)
        wide += [path] if seen.overflow() > 0 else []
    assert (wide, seen.errors, seen.missing, seen.external) == ([], [], [], [])


@pytest.mark.parametrize("path", PAGES[:3])
def test_a_page_can_be_read_at_twice_its_size(visit, path):
    # 200 % in a window of 1280 pixels leaves 640 for the page.
    seen = visit(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    seen.go(path)
    assert seen.overflow() <= 0


def luminance(colour):
    """The relative luminance of an rgb() colour, as in WCAG 2.2."""
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_of_the_landing_page_has_a_contrast_of_at_least_4_5(visit, scheme):
    page = visit(color_scheme=scheme).go("index.html")
    found = page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, h3, p, a, li, button, summary, strong')]
        .filter(element => element.checkVisibility()).map(element => {
            let at = element;
            const clear = e => getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)';
            while (clear(at) && at.parentElement) at = at.parentElement;
            const [ink, paper] = [getComputedStyle(element), getComputedStyle(at)];
            return [element.textContent.trim(), ink.color, paper.backgroundColor];
        })"""
    )
    assert len(found) > 40
    for text, ink, paper in found:
        low, high = sorted((luminance(ink), luminance(paper)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ink, paper)


# The landing page


def test_the_map_names_every_unit_and_its_links_lead_to_pages(visit, site):
    page = visit().go("index.html")
    assert page.locator(".unit").count() == len(UNITS)
    for unit in UNITS:
        title = notebook("release", unit).cells[0].source.splitlines()[0].partition("· ")[2]
        assert page.locator(".unit h3", has_text=title).count() == 1
    targets = page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
    for target in targets:
        if not target.startswith(("#", "https:")):
            path, _, query = target.partition("?path=")
            assert (site / path.partition("#")[0]).is_file(), target
            assert not query or (site / "lite/files" / query).is_file(), target


def descent(rate, steps):
    """The loss in the landing page's ravine: curvature 1 along it and 8 across."""
    x, y = -2.7 * (1 - rate) ** steps, 1.1 * (1 - 8 * rate) ** steps
    return x * x / 2 + 4 * y * y


def test_the_lab_computes_gradient_descent_and_answers_the_keyboard(visit):
    seen = visit()
    page = seen.go("index.html")
    slider, reading = page.get_by_label("Learning rate"), page.get_by_role("status")
    slider.focus()
    for key in ("Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
        rate = 0.01 * 40 ** (float(slider.input_value()) / 100)
        assert math.isclose(float(page.locator("#rate-value").inner_text()), rate, rel_tol=0.006)
        assert slider.get_attribute("aria-valuetext").startswith("learning rate 0.")
        expected = descent(rate, 40)
        shown = float(re.search(r"(?:still|is) (\d[\d.e]*\d)", reading.inner_text())[1])
        assert math.isclose(shown, expected, rel_tol=0.06), (key, rate)
    assert "Diverged" in reading.inner_text()
    assert page.locator("svg", has_text="DIVERGED").count() == 1
    assert seen.errors == []


def test_the_fastest_preset_reaches_the_goal_when_the_arithmetic_says(visit):
    page = visit().go("index.html")
    page.get_by_role("button", name="Fastest").press("Enter")
    first = next(steps for steps in range(100) if descent(0.2222, steps) < 1e-3)
    assert f"after {first} steps" in page.get_by_role("status").inner_text()
    assert page.get_by_role("button", name="Fastest").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Diverges").click()
    assert "Diverged" in page.get_by_role("status").inner_text()


def test_a_picture_of_the_lab_shows_every_step(visit):
    page = visit().go("index.html")
    page.get_by_role("button", name="Too small").click()
    assert page.locator("circle.stop").count() == 41
    first, second = page.locator("circle.stop").evaluate_all(
        "all => all.slice(0, 2).map(c => Number(c.getAttribute('cx')))"
    )
    middle = 360 / 2  # where the valley is lowest
    assert math.isclose((second - middle) / (first - middle), 1 - 0.02, rel_tol=1e-6)


# The lessons to read


@pytest.mark.parametrize("unit", UNITS)
def test_a_lesson_shows_the_learners_text_the_figures_and_its_labs(site, unit):
    page = site / "read" / "lessons" / f"{unit}.html"
    said, source = words_of(page), read(page)
    cells = [c.source for c in notebook("release", unit).cells if c.cell_type == "code"]
    assert [cell for cell in cells if squeezed(cell) not in said] == []
    assert source.count('class="lr-lab lr-live"') >= 1
    assert 'role="img"' in source
    assert f"lite/notebooks/index.html?path={unit}.ipynb" in source


def test_figures_of_the_run_are_there_with_words_for_those_who_do_not_see_them(site):
    source = read(site / "read/lessons/01_fixed_rate.html")
    figures = re.findall(r'<img alt="([^"]*)"[^>]*src="../_images/', source)
    assert figures
    assert all("put into words" in alt or alt.startswith("Figure") for alt in figures)


@pytest.fixture(scope="module")
def said(site):
    """All that the pages and their search index say, without white space."""
    pages = [*site.glob("read/**/*.html"), site / "index.html"]
    return "".join(map(words_of, pages)) + squeezed(read(site / "read/searchindex.js"))


@pytest.mark.parametrize("unit", UNITS)
def test_no_answer_is_on_any_page(said, unit):
    hidden = answers(unit)
    assert len(hidden) > 5
    assert [line for line in hidden if line in said] == []


def test_nothing_that_the_pages_were_made_from_lies_beside_them(site):
    loose = {path.suffix for path in (site / "read").rglob("*") if path.is_file()}
    assert loose.isdisjoint({".ipynb", ".md", ".py", ".pickle"})


def test_formulas_are_part_of_the_page_and_load_nothing(site):
    source = read(site / "read/lessons/01_fixed_rate.html")
    assert source.count("<math") > 20
    scripts = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]*)"', source)
    assert scripts and not [name for name in scripts if re.search("math|katex|://", name)]


def test_the_search_finds_a_word_of_a_lesson(visit):
    seen = visit()
    page = seen.go("read/search.html?q=overshooting")
    page.locator("#search-results a", has_text="One rate, kept throughout").first.wait_for()
    assert (seen.errors, seen.external) == ([], [])


def test_on_paper_a_lesson_is_its_text_without_the_furniture(visit):
    page = visit().go("read/lessons/00_start_here.html")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    for furniture in (".sidebar-drawer", ".toc-drawer", ".admonition.tip", ".related-pages"):
        assert not page.locator(furniture).first.is_visible(), furniture


# The lessons to run


def test_the_notebooks_to_run_are_the_released_ones_with_the_pages_beside_them(site):
    files = {path.name for path in (site / "lite/files").iterdir()}
    assert files == {f"{unit}.ipynb" for unit in UNITS} | {"README.md", "pictures", *TO_LOOK_UP}
    for unit in UNITS:
        released = read(ROOT / "course/release" / unit / f"{unit}.ipynb")
        lesson = read(site / f"lite/files/{unit}.ipynb")
        assert lesson == re.sub(r"\]\(\.\./\w+/([\w.]+)\)", r"](\1)", released)
        links = set(re.findall(r"\]\(([\w.]+\.(?:md|ipynb))\)", lesson))
        lessons = {path.name for path in ROOT.glob("course/release/*/*.ipynb")}
        assert set(TO_LOOK_UP) < links < files | lessons


@pytest.mark.parametrize("unit", UNITS)
def test_every_lesson_to_read_links_to_its_neighbours_and_to_the_pages(site, unit):
    lesson, at = read(site / f"read/lessons/{unit}.html"), UNITS.index(unit)
    [stands] = re.findall(r"<p>((?:<strong>Before|<strong>Next).*To look up.*)</p>", lesson)
    neighbours = [f"{name}.html" for name in UNITS[max(at - 1, 0) : at + 2] if name != unit]
    pages = [f"../{name.removesuffix('.md')}.html" for name in TO_LOOK_UP]
    assert sorted(re.findall(r'href="([^"#]+)', stands)) == sorted([*neighbours, *pages])


def test_the_pages_show_their_pictures_and_the_map_leads_to_every_lesson(site):
    for name in TO_LOOK_UP:
        stem = name.removesuffix(".md")
        page = read(site / f"read/{stem}.html")
        pictures = re.findall(r'src="([^"]+\.svg)"', page)
        assert all((site / "read" / picture).is_file() for picture in pictures)
        assert bool(pictures) == (name != "glossary.md")
    [table] = re.findall(r"<table.*?</table>", read(site / "read/map.html"), re.DOTALL)
    assert re.findall(r'href="lessons/(\w+)\.html', table) == list(UNITS)


def test_the_wheels_are_served_indexed_and_loaded_when_the_kernel_starts(site):
    lite = site / "lite"
    config = json.loads(read(lite / "jupyter-lite.json"))["jupyter-config-data"]
    kernel = config["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    index = json.loads(read(lite / "pypi/all.json"))
    assert set(index) == {"learning-rate-course", "ipywidgets", "comm"}
    packages = kernel["loadPyodideOptions"]["packages"]
    assert packages[:2] == ["numpy", "matplotlib"]
    worker = next(lite.glob("extensions/@jupyterlite/*/static/comlink.worker.*.js"))
    wheels = {(worker.parent / package).resolve() for package in packages[2:]}
    assert wheels == set((lite.resolve() / "pypi").glob("*.whl"))
    ours = next(path for path in wheels if path.name.startswith("learning_rate_course"))
    held = set(zipfile.ZipFile(ours).namelist())
    assert {
        "lrlib/labs/kit/jupyter.js",
        "lrlib/data/digits.npz",
        "autograders/notebook/check.py",
    } <= held


def test_a_lesson_opens_and_only_the_kernel_asks_another_server(visit):
    seen = visit()
    page = seen.go(START)
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.get_by_role("heading", name="00 · Start here").wait_for()
    page.wait_for_timeout(3000)
    assert [error for error in seen.errors if "cdn.jsdelivr.net" not in error] == []
    assert {url.split("/")[2] for url in seen.external} <= {"cdn.jsdelivr.net"}
    assert all("/pyodide/v" in url for url in seen.external)


def test_the_list_of_lessons_is_there_and_no_news_are_asked_for(visit):
    seen = visit()
    page = seen.go("lite/lab/index.html?path=README.md")
    files = page.locator(".jp-DirListing-itemText")
    files.get_by_text("01_fixed_rate.ipynb", exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    assert page.get_by_text("Would you like to receive official Jupyter news").count() == 0
    assert seen.errors == []
