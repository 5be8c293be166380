"""The same pages to a folder: the exit door to any other renderer.

The folder holds the Markdown, the style and scripts, and the shelf's mkdocs.yml without our plugin, so that it builds
where Papershelf isn't installed, and where plugins aren't read at all.
"""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from papershelf import writtenpages
from papershelf.downloads import downloads
from papershelf.pages import SCRIPTS, STYLES, Pages
from papershelf.places import theme_folder
from papershelf.problems import Problem, ProblemsError, quoted
from papershelf.progress import counted, mixed
from papershelf.site import Site
from papershelf.yamlfile import read_text

MARKER = ".papershelf"
PLUGIN = "papershelf"
EDITING = ("content.action.edit", "content.action.view")
MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")


@dataclass(frozen=True)
class Shelf:
    """What the folder takes from a shelf besides its data, as mkdocs.yml names it."""

    root: Path
    configuration: yaml.MappingNode
    docs: Path
    data: Path
    overrides: Path | None
    hooks: tuple[str, ...]
    site: Site


def write_folder(pages: Pages, config: Path, target: Path) -> int:
    """Write all pages, the hand-written ones filled, to `target`; returns the number of pages.

    An earlier folder of ours is replaced as a whole once the new one is complete; any other folder that holds
    something is refused with ProblemsError, as is a place among the shelf's own files.
    """
    shown, target = str(target), target.resolve()
    shelf = _shelf(config)
    fresh, old = (target.with_name(f".{target.name}.papershelf-{word}") for word in ("new", "old"))
    if old.exists() and not target.exists():
        old.rename(target)  # an earlier run was stopped between the two lines that swap the folders
    _refuse(target, shown, shelf)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        count = _fill_folder(pages, shelf, fresh)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
    return count


def _refuse(target: Path, shown: str, shelf: Shelf) -> None:
    own = next((path for path in (shelf.docs, shelf.data) if target.is_relative_to(path.resolve())), None)
    if own:
        found = f"this is among the shelf's own files, in {quoted(own.name)}"
    elif target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / MARKER).exists())):
        found = "there is something else here"
    else:
        return
    raise ProblemsError([Problem(shown, 1, 1, found, "an empty folder, or one that was written before")])


def _fill_folder(pages: Pages, shelf: Shelf, folder: Path) -> int:
    docs = folder / "docs"
    content, assets = _hand_written(pages, shelf)
    plans = mixed([plan for plan in pages.plans() if plan.path not in content])
    generated = {plan.path: plan.make().text.encode() for plan in counted(plans, "Making pages", len(plans))}
    every = content | generated
    for path, page in counted(every.items(), "Writing pages", len(every)):
        _write(docs / path, page)
    for path, text in pages.redirects():
        _write(docs / path, text.encode())
    hand_written = {path: read_text(shelf.docs / path, path) for path in content}
    every_file = downloads(pages.catalogue, shelf.site, pages.results)
    for download in (*every_file, writtenpages.download(shelf.site, lambda: hand_written)):
        _write(docs / download.path, download.make())
    # In docs, because not every renderer takes files from the folder of templates.
    shutil.copytree(theme_folder("material"), docs, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.html"))
    for path in assets:
        _copy(shelf.docs / path, docs / path)
    _copy_overrides(theme_folder("material"), folder / "overrides")
    if shelf.overrides:
        shutil.copytree(shelf.overrides, folder / "overrides", dirs_exist_ok=True)
    for hook in shelf.hooks:
        _copy(shelf.root / hook, folder / hook)
    _write(folder / "mkdocs.yml", _configuration(shelf, pages, generated).encode())
    _write(folder / MARKER, b"Written by papershelf; replaced when it is written again.\n")
    return len(content) + len(generated)


def _hand_written(pages: Pages, shelf: Shelf) -> tuple[dict[str, bytes], list[str]]:
    """The pages that people wrote, filled, by path, and the paths of what else lies beside them."""
    content: dict[str, bytes] = {}
    assets: list[str] = []
    problems: list[Problem] = []
    for path in _files(shelf.docs):
        place = path.relative_to(shelf.docs).as_posix()
        if path.suffix in MARKDOWN:
            shown = Path(os.path.relpath(path, shelf.root)).as_posix()
            text, found = pages.fill(read_text(path, shown), place, shown)
            problems += found
            content[place] = text.encode()
        else:
            assets.append(place)
    if problems:
        raise ProblemsError(problems)
    return content, assets


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder that MkDocs would take: none that is hidden or lies in a hidden folder."""
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _copy_overrides(source: Path, target: Path) -> None:
    target.mkdir()
    for path in sorted(source.rglob("*.html")):
        _copy(path, target / path.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


# mkdocs.yml: its YAML nodes are edited, not its values, so that tags such as !ENV stay as they are.


def _shelf(config: Path) -> Shelf:
    root = _composed(config, config.name)
    keys = _keys(root)
    folder = config.resolve().parent
    theme = keys.get("theme")
    overrides = _keys(theme).get("custom_dir") if isinstance(theme, yaml.MappingNode) else None
    options = next((value for name, value in _plugins(keys.get("plugins")) if name == PLUGIN), None)
    data = _keys(options).get("data_dir") if isinstance(options, yaml.MappingNode) else None
    hooks = tuple(_value(node) for node in _items(keys.get("hooks")))
    for hook in hooks:
        if Path(hook).is_absolute() or ".." in Path(hook).parts:
            raise ProblemsError([Problem(config.name, 1, 1, f"the hook {quoted(hook)} lies elsewhere", "a file here")])
    return Shelf(
        root=folder,
        configuration=root,
        docs=folder / (_value(keys.get("docs_dir")) or "docs"),
        data=folder / (_value(data) or "data"),
        overrides=folder / _value(overrides) if overrides else None,
        hooks=hooks,
        site=_site(keys),
    )


def site_of(config: Path) -> Site:
    """The site that a shelf's mkdocs.yml describes; raises ProblemsError where the file can't be read."""
    return _site(_keys(_composed(config, config.name)))


def _site(keys: dict[str, yaml.Node]) -> Site:
    plain = _value(keys.get("use_directory_urls")).lower() != "false"
    return Site.at(_value(keys.get("site_name")), _value(keys.get("site_url")), directory_urls=plain)


def _composed(path: Path, shown: str) -> yaml.MappingNode:
    """The configuration with the one that it inherits from, merged as MkDocs does."""
    try:
        root = yaml.compose(read_text(path, shown), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ProblemsError([Problem(shown, *place, f"isn't YAML: {error.problem or error.context}")]) from None
    if not isinstance(root, yaml.MappingNode):
        raise ProblemsError([Problem(shown, 1, 1, "isn't a configuration", "the shelf's mkdocs.yml")])
    base = _value(_keys(root).get("INHERIT"))
    if base:
        _remove(root, "INHERIT")
        root = _merged(_composed(path.parent / base, base), root)
    return root


def _merged(base: yaml.MappingNode, own: yaml.MappingNode) -> yaml.MappingNode:
    known = _keys(own)
    for key, value in base.value:
        mine = known.get(key.value)
        if mine is None:
            own.value.append((key, value))
        elif isinstance(mine, yaml.MappingNode) and isinstance(value, yaml.MappingNode):
            _merged(value, mine)
    return own


def _configuration(shelf: Shelf, pages: Pages, generated: dict[str, bytes]) -> str:
    """The shelf's mkdocs.yml for the folder."""
    root, keys = shelf.configuration, _keys(shelf.configuration)
    # What is watched lies outside, and an "edit" link would name a file that is in no repository. Zensical takes an
    # empty edit_uri for one, so the theme's buttons go, too.
    for key in ("watch", "edit_uri_template"):
        _remove(root, key)
    _set(root, "edit_uri", _text(""))
    _set(root, "docs_dir", _text("docs"))
    if "plugins" in keys:
        others = [(name, value) for name, value in _plugins(keys["plugins"]) if name != PLUGIN]
        _set(root, "plugins", _sequence([_mapping(name, value) if value else _text(name) for name, value in others]))
    _set(root, "extra_css", _sequence([*map(_text, STYLES), *_items(keys.get("extra_css"))]))
    _set(root, "extra_javascript", _sequence([*map(_text, SCRIPTS), *_items(keys.get("extra_javascript"))]))
    theme = keys.get("theme")
    if isinstance(theme, yaml.ScalarNode):
        _set(root, "theme", theme := _mapping("name", theme))
    if isinstance(theme, yaml.MappingNode):
        _set(theme, "custom_dir", _text("overrides"))
        features = _items(_keys(theme).get("features"))
        _set(theme, "features", _sequence([node for node in features if _value(node) not in EDITING]))
    for entry in _items(keys.get("nav")):
        _add_topics(entry, pages)
    # Papers in the navigation would be on every page of the site.
    places = sorted({f"/{path.split('/')[0]}{'/' if '/' in path else ''}" for path in generated})
    _set(root, "not_in_nav", _text("\n".join([_value(keys.get("not_in_nav")).rstrip("\n"), *places, ""]).lstrip("\n")))
    return yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=118)


def _add_topics(entry: yaml.Node, pages: Pages) -> None:
    """Put the topics below the navigation's entry for their index, as the plugin does."""
    if isinstance(entry, yaml.MappingNode) and getattr(entry.value[0][1], "value", None) == "topics/index.md":
        topics = [_mapping(html.escape(topic.name), _text(topic.path)) for topic in pages.topics]
        entry.value[0] = (entry.value[0][0], _sequence([_text("topics/index.md"), *topics]))


def _keys(mapping: yaml.MappingNode) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in mapping.value}


def _set(mapping: yaml.MappingNode, key: str, value: yaml.Node) -> None:
    _remove(mapping, key)
    mapping.value.append((_text(key), value))


def _remove(mapping: yaml.MappingNode, key: str) -> None:
    mapping.value = [pair for pair in mapping.value if pair[0].value != key]


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _plugins(node: yaml.Node | None) -> list[tuple[str, yaml.Node | None]]:
    """Each plugin with its options, from a list or a mapping."""
    if isinstance(node, yaml.MappingNode):
        return list(_keys(node).items())
    pairs = (next(iter(_keys(item).items())) if isinstance(item, yaml.MappingNode) else None for item in _items(node))
    return [pair or (_value(item), None) for pair, item in zip(pairs, _items(node), strict=True)]


def _value(node: yaml.Node | None) -> str:
    """The text of a node; of `!ENV [A, B, default]`, what the environment makes of it."""
    if node is None:
        return ""
    if node.tag != "!ENV":
        return str(node.value)
    names = [str(item.value) for item in node.value] if isinstance(node, yaml.SequenceNode) else [str(node.value)]
    return next((os.environ[name] for name in names if name in os.environ), names[-1] if len(names) > 1 else "")


def _text(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _mapping(key: str, value: yaml.Node) -> yaml.MappingNode:
    return yaml.MappingNode("tag:yaml.org,2002:map", [(_text(key), value)])


def _sequence(nodes: list[yaml.Node]) -> yaml.SequenceNode:
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=False)
