"""The line at the top: whose list is looked at stays in sight however long the library's path is."""

from __future__ import annotations

from skillaudit.page.lines import Span, line_width
from skillaudit.tui.widgets.bars import _from_its_end

NAME, REST = Span("skillaudit"), Span(" · 128 skills · every skill whole · frontier")


def test_a_long_path_is_cut_at_its_start() -> None:
    path = Span("  /srv/libraries/of/others/scientific-skills")
    for room in (70, 75, 80):
        line = _from_its_end((NAME, path, REST), room)
        assert line[2] == REST and line_width(line) <= room
        assert line[1].text.startswith("  …") and line[1].text.endswith("skills")
    assert _from_its_end((NAME, path, REST), 120) == (NAME, path, REST)
    assert len(_from_its_end((NAME, path, REST), 20)[1].text) >= 12
