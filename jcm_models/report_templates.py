"""A team's own looks of a report: a folder with a page, a style, a logo and notebooks."""

from __future__ import annotations

import base64
import hashlib
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from jcm_models.documents import shown
from jcm_models.pieces import environment
from jcm_models.problems import Place, Problem, ScenarioError, nearest
from jcm_models.wording import Words

__all__ = ["ReportTemplate", "read_template"]

PAGE, STYLE, LOGOS, NOTEBOOKS = "report.html", "style.css", ("logo.svg", "logo.png"), "notebooks"

_OWN = "own.html"  # by another name than the page it extends
_LARGEST_LOGO = 1_000_000  # bytes
_PNG = b"\x89PNG\r\n\x1a\n"
_STYLE_LOADS = re.compile(r"@import|</style|url\(\s*[\"']?(?!data:|#)", re.IGNORECASE)
_PAGE_LOADS = re.compile(
    r"<(?:script|link|iframe|object|embed|base|meta)\b|\bsrc(?:set)?\s*=\s*[\"']?(?!data:|\{|[\"'])",
    re.IGNORECASE,
)
_MARK = "the notebook stands here"
_TRIED = {
    "title": "Title",
    "question": "Question?",
    "country": "Country",
    "style": "",
    "body": Markup(f"<p>{_MARK}</p>"),
    "run_id": "0" * 12,
    "version": "0",
    "logo": "data:,",
    "logo_text": "Logo",
}


@dataclass(frozen=True)
class ReportTemplate:
    """What a team lays over a report.

    Parameters
    ----------
    folder : Path
        Where its files stand.
    identity : str
        The SHA-256 of all of them, in hexadecimal.
    page : str
        Its ``report.html``, which extends the usual one; empty for the usual one.
    style : str
        Its ``style.css``.
    logo, logo_text : str
        Its logo as a data URI, and the text instead of it; empty without one.
    """

    folder: Path
    identity: str
    page: str = ""
    style: str = ""
    logo: str = ""
    logo_text: str = ""

    def render(self, words: Words, context: Mapping[str, Any]) -> str:
        """Fill the page with words and values, as `pieces.render` does the usual one."""
        given = dict(context)
        given["style"] = Markup(f"{given['style']}\n{self.style}")
        if self.logo:
            given |= {"logo": self.logo, "logo_text": self.logo_text or words("report.logo")}
        return _environment(self).get_template(_OWN).render(w=words, **given)


def read_template(folder: Path) -> ReportTemplate:
    """Read a team's template, and see that a report can be made with it.

    Parameters
    ----------
    folder : pathlib.Path
        May hold ``report.html``, ``style.css``, ``logo.svg`` or ``logo.png``, and ``notebooks/``.

    Returns
    -------
    ReportTemplate
        Ready to be used.

    Raises
    ------
    ScenarioError
        With everything that is wrong in it, each with its file and line.
    """
    if not folder.is_dir():
        text = "there is no such folder; `jcm new --template NAME` starts one"
        raise ScenarioError([Problem("--template", f"{folder}: {text}")])
    files = sorted(file for file in folder.rglob("*") if _counts(file, folder))
    problems = list(_file_problems(files, folder))
    if problems:
        raise ScenarioError(problems)
    page, style = (_read(folder / name) for name in (PAGE, STYLE))
    logo = next((folder / name for name in LOGOS if (folder / name).is_file()), None)
    template = ReportTemplate(
        folder,
        _identity(files, folder),
        page,
        style,
        _data_uri(logo) if logo else "",
        _text_of(logo) if logo else "",
    )
    problems = [*_loading(folder / PAGE, page, _PAGE_LOADS)]
    problems += _loading(folder / STYLE, style, _STYLE_LOADS)
    problems += _page_problems(template) if page else ()
    if problems:
        raise ScenarioError(problems)
    return template


def _counts(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file.is_file() and not hidden


def _identity(files: list[Path], folder: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _problem(file: Path, message: str, line: int | None = None) -> Problem:
    return Problem("", message, Place(shown(file), line))


def _file_problems(files: list[Path], folder: Path) -> Iterator[Problem]:
    """Yield what is wrong with the files themselves."""
    known = (PAGE, STYLE, *LOGOS)
    for file in files:
        name = file.relative_to(folder).as_posix()
        if file.parent == folder / NOTEBOOKS and file.suffix == ".ipynb":
            continue
        if name not in known:
            allowed = f"a template may hold {', '.join(known)} and {NOTEBOOKS}/*.ipynb"
            yield _problem(file, f"unknown file{nearest(name, known)}; {allowed}")
        elif name in LOGOS:
            yield from _logo_problems(file)
        else:
            yield from _unreadable(file)
    if all((folder / name).is_file() for name in LOGOS):
        yield _problem(folder / LOGOS[1], f"{LOGOS[0]} is there too; keep one of them")


def _unreadable(file: Path) -> Iterator[Problem]:
    content = file.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        yield _problem(file, "is not in UTF-8; save it in that encoding", line)


def _logo_problems(file: Path) -> Iterator[Problem]:
    content = file.read_bytes()
    if len(content) > _LARGEST_LOGO:
        size = f"{len(content) / 1e6:.1f} MB"
        yield _problem(file, f"found {size}; 1 MB at most, as every report holds it")
    elif file.suffix == ".png":
        if not content.startswith(_PNG):
            yield _problem(file, "is no PNG picture; save it as one, or as logo.svg")
    else:
        try:
            root = ElementTree.fromstring(content)
        except ElementTree.ParseError as error:
            yield _problem(file, f"is no SVG picture: {error}", error.position[0])
        else:
            if root.tag.rpartition("}")[2] != "svg":
                yield _problem(file, "is no SVG picture: its first element is no svg", 1)


def _data_uri(logo: Path) -> str:
    kind = "svg+xml" if logo.suffix == ".svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(logo.read_bytes()).decode()}"


def _text_of(logo: Path) -> str:
    """Return the title that an SVG names itself by."""
    if logo.suffix != ".svg":
        return ""
    root = ElementTree.fromstring(logo.read_bytes())
    return (root.findtext("{http://www.w3.org/2000/svg}title") or "").strip()


def _loading(file: Path, text: str, loads: re.Pattern[str]) -> Iterator[Problem]:
    """Yield what a page would load or run: a report is one file, which opens offline."""
    for found in loads.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        what = f"{found[0].strip()} cannot stand here"
        yield _problem(
            file, f"{what}: a report is one file that loads nothing and runs nothing", line
        )


def _environment(template: ReportTemplate) -> SandboxedEnvironment:
    """Return where the page of a team is filled in: it sees what it is given, and no more."""
    usual = environment()
    own = template.page or f'{{% extends "{PAGE}" %}}'
    file = str(template.folder / PAGE)

    def load(name: str) -> tuple[str, str, None] | None:
        return (own, file, None) if name == _OWN else None

    found = SandboxedEnvironment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FunctionLoader(load), usual.loader or jinja2.DictLoader({})]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.globals.update(usual.globals)
    return found


def _page_problems(template: ReportTemplate) -> list[Problem]:
    """Return what is wrong with a team's page: how it is written, then whether it can be filled."""
    file, found = template.folder / PAGE, _environment(template)
    try:
        tree = found.parse(template.page)
        problems = list(_structure_problems(tree, found, file))
        if problems:
            return problems
        page = template.render(Words(), _TRIED)
    except jinja2.TemplateSyntaxError as error:
        return [_problem(file, f"cannot be read: {error.message}", error.lineno)]
    except Exception as error:  # whatever a team's page runs into
        lines = [
            step.lineno
            for step in traceback.extract_tb(error.__traceback__)
            if step.filename == str(file)
        ]
        return [_problem(file, f"cannot be filled in: {error}", lines[-1] if lines else None)]
    if _MARK not in page:
        return [
            _problem(file, "does not show the notebook; write {{ body }} or {{ super() }} in it")
        ]
    return []


def _structure_problems(
    tree: nodes.Template, found: jinja2.Environment, file: Path
) -> Iterator[Problem]:
    """Yield what would be passed over in silence: names, blocks and text that nothing shows."""
    extended = [node.template for node in tree.find_all(nodes.Extends)]
    if not any(isinstance(name, nodes.Const) and name.value == PAGE for name in extended):
        yield _problem(file, f'must begin with {{% extends "{PAGE}" %}}', 1)
        return
    usual, _, _ = found.loader.get_source(found, PAGE) if found.loader else ("", "", None)
    blocks = [block.name for block in found.parse(usual).find_all(nodes.Block)]
    for block in tree.find_all(nodes.Block):
        if block.name not in blocks:
            hint = f"{nearest(block.name, blocks)}; there is {', '.join(blocks)}"
            yield _problem(file, f"there is no block {block.name}{hint}", block.lineno)
    for node in tree.body:
        if isinstance(node, nodes.Output) and _says(node):
            yield _problem(file, "stands in no block and would not be shown", node.lineno)
    known = {*_TRIED, "w", *found.globals}
    for name in sorted(meta.find_undeclared_variables(tree) - known):
        line = next(n.lineno for n in tree.find_all(nodes.Name) if n.name == name)
        hint = f"{nearest(name, _TRIED)}; there is {', '.join(_TRIED)}"
        yield _problem(file, f"there is no value {name}{hint}", line)


def _says(node: nodes.Output) -> bool:
    plain = all(isinstance(part, nodes.TemplateData) for part in node.nodes)
    return not plain or any(str(getattr(part, "data", "")).strip() for part in node.nodes)
