"""What a request file may call a skill."""

from __future__ import annotations

from skillaudit.requests.names import Names
from skillaudit.schema import Origin, Site, Skill


def of(plugin: str = "", server: str = "") -> Skill:
    return Skill(
        id=f"{plugin or server}/search", name="search", description="Searches.",
        site=Site(origin=Origin(plugin=plugin, server=server)),
    )  # fmt: skip


def test_a_plugin_or_a_server_tells_skills_of_one_name_apart() -> None:
    names = Names([of(plugin="docs"), of(plugin="web"), of(server="wiki")])
    assert names.find("docs:search", None) == ("docs/search",)
    assert names.find("mcp__wiki__search", None) == ("wiki/search",)
    assert names.find("search", None) == ("docs/search", "web/search", "wiki/search")
    assert names.find("elsewhere:search", None) == ("docs/search", "web/search", "wiki/search")
