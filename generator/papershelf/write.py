"""The same pages to a folder: the exit door to any other renderer.

The folder holds the Markdown, the style and scripts, and the shelf's mkdocs.yml without our plugin, so that it builds
where Papershelf isn't installed, and where plugins aren't read at all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import yaml

from papershelf.pages import SCRIPTS, STYLES, Pages, theme_folder
from papershelf.problems import Problem, ProblemsError
from papershelf.yamlfile import read_text

MARKER = ".papershelf"
PLUGIN = "papershelf"


def write_folder(pages: Pages, config: Path, target: Path, progress: Callable[[int], None] = lambda _: None) -> int:
    """Write all pages, the hand-written ones filled, to `target`; returns the number of pages.

    An earlier folder of ours is replaced as a whole once the new one is complete; any other folder that holds
    something is refused with ProblemsError.
    """
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / MARKER).exists())):
        found = "there is something else here"
        raise ProblemsError([Problem(str(target), 1, 1, found, "an empty folder, or one that was written before")])
    fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        count = _fill_folder(pages, config, fresh, progress)
        if target.exists():
            old = target.with_name(f".{target.name}.{os.getpid()}.old")
            target.rename(old)
            fresh.rename(target)
            shutil.rmtree(old)
        else:
            fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return count


def _fill_folder(pages: Pages, config: Path, folder: Path, progress: Callable[[int], None]) -> int:
    configuration, docs_dir = _configuration(config, pages)
    docs = folder / "docs"
    count = _hand_written(pages, config.parent / docs_dir, docs)
    for page in pages.all():
        path = docs / page.path
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(page.markdown.encode())
            count += 1
            progress(count)
    shutil.copytree(theme_folder("material"), folder / "overrides")
    (folder / "mkdocs.yml").write_bytes(configuration.encode())
    (folder / MARKER).write_text("Written by papershelf; replaced when it is written again.\n")
    return count


def _hand_written(pages: Pages, source: Path, docs: Path) -> int:
    """Copy the pages that people wrote, with their placeholders filled; raises ProblemsError for unknown ones."""
    count, problems = 0, []
    for path in sorted(path for path in source.rglob("*") if path.is_file() and not path.name.startswith(".")):
        place = path.relative_to(source)
        target = docs / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            shown = f"{source.name}/{place.as_posix()}"
            text, found = pages.fill(read_text(path, shown), place.as_posix(), shown)
            problems += found
            target.write_bytes(text.encode())
            count += 1
        else:
            shutil.copyfile(path, target)
    if problems:
        raise ProblemsError(problems)
    return count


def _configuration(path: Path, pages: Pages) -> tuple[str, str]:
    """The shelf's mkdocs.yml for the folder, and the name of its docs_dir.

    Its YAML nodes are edited, not its values, so that tags such as !ENV stay as they are.
    """
    root = yaml.compose(read_text(path, path.name), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise ProblemsError([Problem(path.name, 1, 1, "isn't a configuration", "the shelf's mkdocs.yml")])
    keys = {key.value: value for key, value in root.value}
    docs_dir = keys["docs_dir"].value if "docs_dir" in keys else "docs"
    _set(root, "docs_dir", _text("docs"))
    _set(root, "plugins", _sequence([node for node in _items(keys.get("plugins")) if _name(node) != PLUGIN]))
    _set(root, "extra_css", _sequence([*map(_text, STYLES), *_items(keys.get("extra_css"))]))
    _set(root, "extra_javascript", _sequence([*map(_text, SCRIPTS), *_items(keys.get("extra_javascript"))]))
    if isinstance(theme := keys.get("theme"), yaml.MappingNode):
        _set(theme, "custom_dir", _text("overrides"))
    for entry in _items(keys.get("nav")):
        _add_topics(entry, pages)
    return yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=118), docs_dir


def _add_topics(entry: yaml.Node, pages: Pages) -> None:
    """Put the topics below the navigation's entry for their index, as the plugin does."""
    if isinstance(entry, yaml.MappingNode) and getattr(entry.value[0][1], "value", None) == "topics/index.md":
        topics = [yaml.MappingNode("tag:yaml.org,2002:map", [(_text(t.name), _text(t.path))]) for t in pages.topics]
        entry.value[0] = (entry.value[0][0], _sequence([_text("topics/index.md"), *topics]))


def _set(mapping: yaml.MappingNode, key: str, value: yaml.Node) -> None:
    others = [pair for pair in mapping.value if pair[0].value != key]
    mapping.value = [*others, (_text(key), value)]


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _name(node: yaml.Node) -> str:
    return str(node.value[0][0].value if isinstance(node, yaml.MappingNode) else node.value)


def _text(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def _sequence(nodes: list[yaml.Node]) -> yaml.SequenceNode:
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=False)
