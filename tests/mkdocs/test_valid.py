"""Where Material writes HTML that isn't valid, pages have it right; `make audit` has the Nu checker read them all."""

from __future__ import annotations

from pathlib import Path

import built
import pytest


@pytest.mark.parametrize(
    "path", ["index.html", "about/index.html", "topics/index.html", "duplicates/index.html", "404.html"]
)
def test_labels_have_their_control_and_controls_what_they_may_have(path: str, site: Path) -> None:
    page = built.read(site / path)
    controls = {box.attributes["id"] for box in page.all("input") if "id" in box.attributes}
    assert "__drawer" in controls
    assert {label.attributes["for"] for label in page.all("label") if "for" in label.attributes} <= controls
    assert [box for box in page.all("input", type="checkbox") if "autocomplete" in box.attributes] == []
    assert [element.tag for element in page.walk() if element.attributes.get("tabindex") == ""] == []
