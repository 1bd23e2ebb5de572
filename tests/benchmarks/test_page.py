"""The page of results: one file, every number also in a table, in a real browser on any screen."""

from __future__ import annotations

import html.parser
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chromium import browsing, executable, page_server
from click.testing import CliRunner
from planted_costs import COSTS, measured
from planted_files import HOPS, load_values, of_python, planted_files, planted_load

from benchmarks.analysis import Analysis
from benchmarks.cli import main
from benchmarks.files import read
from benchmarks.load.scenarios import Load
from benchmarks.pictures.axes import Scale, fitted
from benchmarks.pictures.drawing import WIDTH, draw
from benchmarks.pictures.model import told
from benchmarks.pictures.page import MOST_BYTES, page
from benchmarks.pictures.runs import hooks_figures, slope_figure
from benchmarks.pictures.themes import DARK, LIGHT, LOOKS
from benchmarks.results import from_suite, save

NUMBER = re.compile(r"^-?[\d.]+ \(-?[\d.]+…-?[\d.]+\)$")


def call(*arguments: Any) -> Any:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


class Read(html.parser.HTMLParser):
    """What a page holds: its charts, the words of their marks, the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.charts: list[dict[str, str | None]] = []
        self.marks: list[str] = []
        self.cells: list[str] = []
        self.links: list[str] = []
        self._path: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "svg":
            self.charts.append(named)
        if tag not in ("meta", "link"):
            self._path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._path and self._path.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._path[-2:] == ["g", "title"]:
            self.marks.append(data)
        if self._path and self._path[-1] == "td":
            self.cells.append(data)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], str]:
    folder = tmp_path_factory.mktemp("page")
    files = planted_files(folder)
    done = call("report", *files, "-o", folder / "report.html")
    assert done.exit_code == 0, done.output
    return files, (folder / "report.html").read_text("utf-8")


def test_the_page_is_one_small_file_that_asks_for_nothing(made: Any) -> None:
    _, text = made
    assert len(text.encode()) < MOST_BYTES
    assert all(link.startswith(("#", "data:")) for link in Read(text).links)
    assert "@import" not in text
    assert "url(" not in text
    assert "<script" not in text


def test_every_number_of_a_chart_is_in_a_table(made: Any) -> None:
    found = Read(made[1])
    cells = set(found.cells)
    shown = [words.rpartition(": ")[2] for words in found.marks]
    assert len(shown) > 300
    assert all(NUMBER.match(number) for number in shown)
    assert [number for number in shown if number not in cells] == []


def test_the_numbers_are_those_that_were_measured(made: Any) -> None:
    files, text = made
    found = Read(text)
    for path in files:
        results = read(path).results
        if path.name.endswith("-run.json.gz"):
            group = Analysis(results).group("quart", "28B")  # type: ignore[arg-type]
            assert told(group.added("portable-def", 16)) in found.cells  # type: ignore[union-attr]
        if path.name.endswith("-load.json.gz"):
            values = results.values(Load("flask", "native-async", 8), "throughput")  # type: ignore[union-attr]
            middle = sorted(values)[len(values) // 2]
            planted = load_values(Load("flask", "native-async", 8))["throughput"]
            assert middle == pytest.approx(planted, rel=0.05)
            assert any(each.startswith(f"{middle:.0f} (") for each in found.cells)


def test_each_kind_has_its_charts_for_each_host_and_version(made: Any) -> None:
    text = made[1]
    for title in (
        "What one more hook costs",
        "Cost against number of hooks: each sets a header",
        "Cost against number of hooks: each reads the body",
        "Cost against payload: each hook sets a header",
        "Cost against payload: each hook reads the body",
        "What a KB more of the body costs",
        "Ready-made hooks and the packages that do the same",
        "Throughput against number of hooks",
        "Latency with 8 hooks",
        "Throughput of a view that waits",
    ):
        start = text.index(f"<h3>{title}</h3>")
        charts = Read(text[start : text.index("</figure>", start)]).charts
        assert len(charts) == (2 if "waits" in title else 4), title
    for version in ("3.11", "3.13"):
        assert f": Flask, Python {version}</title>" in text
    assert "4.1.0" in text  # of wrk, in the table of versions


def test_charts_are_named_and_described_for_those_who_do_not_see_them(made: Any) -> None:
    text = made[1]
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for chart in Read(text).charts:
        assert chart["role"] == "img"
        for name in (chart["aria-labelledby"] or "").split():
            assert name in ids


def test_the_same_files_make_the_same_page(made: Any) -> None:
    files, text = made
    assert page([read(path) for path in files]) == text


# --- What a browser makes of it ---

# The page of results in a frame of a phone's width, and what can be seen of it from outside. The
# frame is told of through a page of the same origin, as the page itself runs no script.
WATCH = """<!doctype html><title>watch</title><body><script>
const held = JSON.parse(%s);
const told = {errors: []};
addEventListener("error", (event) => told.errors.push(String(event.message)));
const frame = document.createElement("iframe");
frame.style.cssText = "border:0;width:375px;height:800px";
frame.onload = async () => {
  const page = frame.contentDocument, look = frame.contentWindow;
  page.querySelectorAll("details").forEach((each) => { each.open = true; });
  const root = page.documentElement;
  told.width = root.scrollWidth;
  told.viewport = look.innerWidth;
  told.wide = [...page.querySelectorAll(".scrolls")].some((each) => each.scrollWidth > 375);
  told.charts = [...page.querySelectorAll("svg.pic")].map((each) => {
    const box = each.getBoundingClientRect();
    const sizes = [...each.querySelectorAll("text")].map((text) => {
      const words = text.getBoundingClientRect();
      return [words.left - box.left, box.right - words.right, words.height];
    });
    return {width: box.width, height: box.height,
            outside: sizes.filter(([left, right]) => left < -1 || right < -1).length,
            smallest: Math.min(...sizes.map((each) => each[2]))};
  });
  told.paper = look.getComputedStyle(page.body).backgroundColor;
  told.loaded = look.performance.getEntriesByType("resource").map((each) => each.name);
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
};
document.addEventListener("securitypolicyviolation", (event) => told.errors.push(event.blockedURI));
frame.srcdoc = held;
document.body.append(frame);
</script>"""


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(
    request: pytest.FixtureRequest, made: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """What a browser says of the page on a phone, in light and in dark."""
    if executable() is None:
        pytest.skip("there is no Chromium here; Debian's package is called chromium")
    held = json.dumps(json.dumps(made[1])).replace("</", "<\\/")
    dark = ["--blink-settings=preferredColorScheme=0"] if request.param == "dark" else []
    profile = tmp_path_factory.mktemp("profile")
    with page_server(WATCH % held) as served, browsing(f"{served.origin}/", profile, *dark):
        yield request.param, served.told()


def test_on_a_phone_the_page_does_not_scroll_sideways_and_its_tables_do(seen: Any) -> None:
    _, told_by = seen
    assert told_by["viewport"] == 375
    assert told_by["width"] <= 375
    assert told_by["wide"]


def test_charts_are_drawn_and_their_words_can_be_read_and_stay_inside(made: Any, seen: Any) -> None:
    _, told_by = seen
    assert len(told_by["charts"]) == len(Read(made[1]).charts) > 30
    for chart in told_by["charts"]:
        assert 300 < chart["width"] <= 375
        assert chart["height"] > 60
        assert chart["outside"] == 0
        assert chart["smallest"] > 9


def test_the_page_loads_nothing_and_nothing_fails(seen: Any) -> None:
    _, told_by = seen
    assert told_by["errors"] == []
    assert told_by["loaded"] == []


def test_the_page_is_dark_where_that_is_preferred(seen: Any) -> None:
    scheme, told_by = seen
    paper = {"light": LIGHT, "dark": DARK}[scheme].paper
    wanted = ", ".join(str(int(paper[at : at + 2], 16)) for at in (1, 3, 5))
    assert told_by["paper"] == f"rgb({wanted})"


def test_what_a_log_axis_has_no_place_for_is_counted_and_in_the_table(tmp_path: Path) -> None:
    """With hardly any cost and much noise some medians are below zero."""
    costs = dict.fromkeys(COSTS, (0.0, 0.0)) | {"native-def": (0.0, 90.0)}
    noisy = measured(processes=2, rounds=2, noise=0.2, costs=costs)
    save(noisy, tmp_path / "run.json")
    text = page([read(tmp_path / "run.json")])
    start = text.index('<figure id="hooks">')
    figure = text[start : text.index("</figure>", start)]
    found = Read(figure)
    below = [cell for cell in found.cells if cell.startswith("-")]
    assert f"{len(below)} of the values" in figure
    assert len(found.marks) == len([cell for cell in found.cells if cell]) - len(below)


# --- What it is given ---


def test_two_files_of_one_kind_and_the_same_versions_clash(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        save(of_python(measured(processes=1, rounds=2), "3.11.2"), tmp_path / name)
    done = call("report", tmp_path / "a.json", tmp_path / "b.json", "-o", tmp_path / "page.html")
    assert done.exit_code == 2
    assert "a.json and " in done.stderr
    assert "b.json both hold what `run` measured with Python 3.11.2" in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_files_of_one_python_and_other_hosts_are_told_apart_by_those(tmp_path: Path) -> None:
    for quart in ("0.22.0", "0.23.1"):
        found = of_python(measured(processes=1, rounds=2), "3.11.2", quart)
        save(found, tmp_path / f"{quart}.json")
    text = page([read(path) for path in sorted(tmp_path.iterdir())])
    for quart in ("0.22.0", "0.23.1"):
        assert re.search(rf"Flask, Python 3\.11\.2, Flask [\d.]+, Quart {quart}</title>", text)


@pytest.mark.parametrize("text", ["", "{", "{}", '{"benchmarks": []}'])
def test_a_file_that_cannot_be_read_is_named_and_the_page_stays_as_it_was(
    made: Any, tmp_path: Path, text: str
) -> None:
    (tmp_path / "bad.json").write_text(text)
    (tmp_path / "page.html").write_text("before")
    done = call("report", made[0][0], tmp_path / "bad.json", "-o", tmp_path / "page.html")
    assert done.exit_code == 2
    assert "bad.json" in done.stderr
    assert "Traceback" not in done.output
    assert (tmp_path / "page.html").read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"bad.json", "page.html"}


def test_a_page_too_large_to_load_is_refused(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.pictures.page.MOST_BYTES", 1000)
    done = call("report", made[0][0], "-o", tmp_path / "page.html")
    assert done.exit_code == 2
    assert "1,000 are the most" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_load_alone_and_one_of_few_scenarios_are_made(tmp_path: Path) -> None:
    save(planted_load(sets=1, rounds=1), tmp_path / "load.json")
    few = measured(processes=1, rounds=1, costs={}, hosts=("flask",))
    save(few, tmp_path / "few.json")
    for name in ("load.json", "few.json"):
        done = call("report", tmp_path / name, "-o", tmp_path / "page.html")
        assert done.exit_code == 0, done.output


# --- How it is drawn ---


@pytest.mark.parametrize(
    ("low", "high", "log", "ticks"),
    [
        (0.0, 7.0, False, [0, 1, 2, 3, 4, 5, 6, 7]),
        (0.0, 1200.0, False, [0, 200, 400, 600, 800, 1000, 1200]),
        (1.0, 100.0, True, [1, 2, 5, 10, 20, 50, 100]),
        (1.0, 10000.0, True, [1, 10, 100, 1000, 10000]),
    ],
)
def test_round_numbers_are_labelled(low: float, high: float, log: bool, ticks: Any) -> None:
    assert Scale(low, high, 0, 100, log).ticks() == pytest.approx(ticks)


def test_on_a_log_axis_equal_factors_are_equal_steps() -> None:
    scale = Scale(1, 1000, 0, 300, log=True)
    assert [scale.at(value) for value in (1, 10, 100, 1000)] == pytest.approx([0, 100, 200, 300])
    assert scale.at(0.01) == 0


def test_an_interval_that_goes_on_to_zero_does_not_stretch_a_log_axis() -> None:
    assert fitted([3, 700], [-5, 0.001, 900], log=True) == (2, 1000)
    assert fitted([3, 700], [-5, 900], log=False) == (0, 1000)


def test_a_larger_cost_is_drawn_higher_and_to_the_right() -> None:
    costs = COSTS | HOPS
    analysis = Analysis(from_suite(measured(costs=costs, rounds=6, processes=2)))
    rows = slope_figure({"here": analysis})
    assert rows is not None
    marks = {each.words.partition(":")[0]: each for each in draw(rows)[0].whiskers}
    assert marks["native-async"].x > marks["native-def"].x > marks["inline"].x
    assert marks["inline"].x1 <= marks["inline"].x <= marks["inline"].x2
    curves = next(hooks_figures({"here": analysis}))
    for drawing in draw(curves):
        at = {each.words.partition(":")[0]: each for each in drawing.whiskers}
        assert at["native-async, 16"].y < at["native-async, 1"].y
        assert at["native-async, 16"].x > at["native-async, 1"].x
        assert at["native-def, 16"].y < at["inline, 16"].y
        heights = sorted(each.label.y for each in drawing.paths)
        assert all(below - above > 14 for above, below in pairwise(heights))
        assert all(0 <= each.x <= WIDTH and 0 <= each.y <= drawing.height for each in at.values())


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_the_paper(theme: Any) -> None:
    def contrast(colour: str) -> float:
        lighter, darker = sorted((luminance(colour), luminance(theme.paper)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    assert all(contrast(hue) >= 3 for hue in theme.hues.values())
    assert min(contrast(theme.ink), contrast(theme.faint), contrast(theme.hues["blue"])) >= 4.5


def test_curves_of_one_picture_differ_in_shape_and_not_in_colour_alone() -> None:
    styles = ["none", "inline", "native-def", "native-async", "portable-def", "portable-async"]
    for keys in (styles, ["flask", "quart"], ["ours", "peer"], ["p50", "p90", "p99"]):
        assert len({LOOKS[key].shape for key in keys}) == len(keys)
        assert len({(LOOKS[key].hue, LOOKS[key].dash) for key in keys}) == len(keys)
