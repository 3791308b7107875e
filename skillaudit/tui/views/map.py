"""The two-dimensional map of the library, linked with the lists."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from skillaudit.tui.state import ReportState, row_document
from skillaudit.tui.views.base import View
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.map_canvas import MapCanvas

ABSENT = "This report has no map: its skills have no positions. Press u to compute them."


class MapView(View):
    """Map and detail."""

    COLUMNS_HELP = (
        (
            "⠿ ●▲■",
            "skills, in the colour and with the mark of their cluster; near means that descriptions are alike",
        ),
        ("◆", "the selected skill, the same as in the lists"),
        ("*", "a marked skill"),
        ("faint", "skills in no cluster, and those that the filter leaves out"),
    )

    def compose(self) -> ComposeResult:
        """Lay out map and detail."""
        with Horizontal():
            yield MapCanvas()
            yield DetailPane("Detail", classes="detail")

    @property
    def canvas(self) -> MapCanvas:
        """The map itself."""
        return self.query_one(MapCanvas)

    @property
    def detail(self) -> DetailPane:
        """The pane beside it."""
        return self.query_one(DetailPane)

    def update(self, session: ReportState) -> None:
        """Show the skills that the filter keeps, and fade the others."""
        super().update(session)
        if self.is_mounted:
            if session.selected is None and session.index.has_map and (rows := session.skill_rows()):
                session.select(rows[0].id)
            self.canvas.show(session, ABSENT)
            self._show_detail()

    def _show_detail(self) -> None:
        index = self.session.index
        self.detail.show(row_document(index, index.skills.get(self.session.selected or "")))
        zoom = f" · ×{self.canvas.zoom:.1f}" if self.canvas.zoom > 1 else ""
        title = f"Map {self.canvas.placed:,} skills · {len(self.session.report.clusters):,} clusters{zoom}"
        self.canvas.border_title = Content(title)

    @on(MapCanvas.Moved)
    def _moved(self) -> None:
        self._show_detail()

    @on(MapCanvas.Opened)
    def _opened(self) -> None:
        self.add_class("-zoomed")
        self.screen.set_focus(self.detail)

    def take_focus(self) -> None:
        """Put the focus on the map, or on the detail that covers it."""
        self.screen.set_focus(self.detail if self.has_class("-zoomed") else self.canvas)

    def next_pane(self) -> None:
        """Go from the map to the detail and back."""
        if self.canvas.has_focus:
            if not self.detail.region.width:
                self.add_class("-zoomed")
            self.screen.set_focus(self.detail)
        else:
            self.remove_class("-zoomed")
            self.screen.set_focus(self.canvas)

    def row_text(self) -> str:
        """The selected skill as plain text."""
        skill = self.session.index.skills.get(self.session.selected or "")
        return f"{skill.id}\t{skill.path}" if skill else ""

    def markdown(self) -> str:
        """The detail as Markdown."""
        return self.detail.markdown if self.session.selected else ""
