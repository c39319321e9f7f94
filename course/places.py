"""Links and badges that open the course elsewhere, for the place where your copy of it lives.

    python -m course.places OWNER/REPO                     badges as Markdown, for a README
    python -m course.places OWNER/REPO --hub https://...   links for a class on that JupyterHub too
    python -m course.places OWNER/REPO --colab FOLDER      notebooks that install what they need

OWNER/REPO is a public copy of this repository on GitHub; nothing here knows its address.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

import nbformat

from .lessons import relink

RELEASE = Path(__file__).resolve().parent / "release"
FIRST = "00_start_here"
INSTALL = """\
# Where the course is not installed, as on Colab: install it. Anywhere else this cell does nothing.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("autograders") is None:
    print("Installing the course; this takes about a minute, once in a session.")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", {source!r}]
    if subprocess.run(pip).returncode != 0:
        raise SystemExit("That did not work: is this computer online? Then run this cell again.")
    importlib.invalidate_caches()
print("Ready. Your work is kept only where you save it: File, then Save a copy, or Download.")"""


def units() -> list[str]:
    """The names of the released units."""
    return sorted(path.stem for path in RELEASE.glob("*/*.ipynb"))


def badges(repo: str, branch: str) -> Iterator[str]:
    """Markdown that opens the course in places which GitHub's copy is enough for."""
    lesson = quote(f"lab/tree/work/{FIRST}.ipynb", safe="")
    yield badge(
        "Binder",
        "https://mybinder.org/badge_logo.svg",
        f"https://mybinder.org/v2/gh/{repo}/{quote(branch, safe='')}?urlpath={lesson}",
    )
    yield badge(
        "Codespaces",
        "https://github.com/codespaces/badge.svg",
        f"https://codespaces.new/{repo}?{urlencode({'ref': branch})}",
    )


def colab_badges(repo: str, branch: str, folder: str) -> Iterator[str]:
    """Markdown that opens each unit on Colab, once `folder` is committed on that branch."""
    for unit in units():
        yield badge(
            f"{unit} on Colab",
            "https://colab.research.google.com/assets/colab-badge.svg",
            f"{on_colab(repo, branch, folder)}/{unit}.ipynb",
        )


def on_colab(repo: str, branch: str, folder: str) -> str:
    """Where Colab opens what lies in a folder of a repository."""
    return f"https://colab.research.google.com/github/{repo}/blob/{branch}/{folder}"


def pull_links(repo: str, branch: str, hub: str) -> Iterator[str]:
    """nbgitpuller's links: a click brings the lessons into one's home on a JupyterHub.

    nbgitpuller never overwrites what a learner wrote: it merges.
    """
    name = repo.partition("/")[2]
    for unit in units():
        lesson = f"lab/tree/{name}/course/release/{unit}/{unit}.ipynb"
        wanted = {"repo": f"https://github.com/{repo}", "branch": branch, "urlpath": lesson}
        yield f"{unit}: {hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(wanted)}"


def badge(title: str, image: str, target: str) -> str:
    """A picture that is a link."""
    return f"[![{title}]({image})]({target})"


def colab_notebook(
    unit: str, source: str, *, pages: str = "", lessons: str = ""
) -> nbformat.NotebookNode:
    """A released notebook with a first cell that installs the course from `source`.

    Colab knows no files beside a notebook: its links lead to these addresses of pages and lessons.
    """
    released = (RELEASE / unit / f"{unit}.ipynb").read_text("utf-8")
    notebook = nbformat.reads(relink(released, pages=pages, lessons=lessons), as_version=4)
    cell = nbformat.v4.new_code_cell(INSTALL.format(source=source), id="install-the-course")
    notebook.cells.insert(0, cell)
    return notebook


def repository(text: str) -> str:
    """OWNER/REPO as GitHub allows it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", text):
        raise argparse.ArgumentTypeError(f"expected OWNER/REPO, as in ada/learning, got {text!r}")
    return text


def web_address(text: str) -> str:
    """The address of a hub."""
    if not re.fullmatch(r"https?://[^\s?#]+", text):
        raise argparse.ArgumentTypeError(f"expected an address that begins https://, got {text!r}")
    return text


def folder_of_the_repository(text: str) -> Path:
    """A folder that can be committed, as seen from the repository's root."""
    path = Path(text)
    if path.is_absolute() or ".." in path.parts:
        raise argparse.ArgumentTypeError(f"expected a folder below this one, got {text!r}")
    return path


def main(argv: Sequence[str] | None = None) -> int:
    """Print the links and write the notebooks that were asked for."""
    parser = argparse.ArgumentParser(description="Links that open the course elsewhere.")
    parser.add_argument("repository", type=repository, metavar="OWNER/REPO")
    parser.add_argument("--branch", default="main")
    parser.add_argument("--hub", type=web_address, help="a JupyterHub that has nbgitpuller")
    parser.add_argument(
        "--colab",
        type=folder_of_the_repository,
        metavar="FOLDER",
        help="write Colab's notebooks here",
    )
    options = parser.parse_args(argv)
    repo, branch = options.repository, options.branch
    lines = list(badges(repo, branch))
    if options.colab:
        options.colab.mkdir(parents=True, exist_ok=True)
        folder = options.colab.as_posix()
        for unit in units():
            notebook = colab_notebook(
                unit,
                f"git+https://github.com/{repo}@{branch}",
                pages=f"https://github.com/{repo}/blob/{branch}/course/",
                lessons=f"{on_colab(repo, branch, folder)}/",
            )
            nbformat.write(notebook, options.colab / f"{unit}.ipynb")
        lines += colab_badges(repo, branch, folder)
    if options.hub:
        lines += pull_links(repo, branch, options.hub)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
