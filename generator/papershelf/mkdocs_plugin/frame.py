"""What is the same on every page of a site, in one script and one style sheet instead of in each page.

A paper's own text is smaller than what Material puts around it. `themes/frame` has Material's templates without that,
and the templates of two files that have it. They ask for the parts of Material's own template that they stand for.
"""

from __future__ import annotations

import posixpath
import re

import jinja2
from jinja2.runtime import Context
from mkdocs.config.defaults import MkDocsConfig

from papershelf.places import theme_folder

MATERIAL = "material"
"""The theme's name; `material/base.html` is the template that one of the frame's stands in front of."""
_FILES = ("assets/frame.css", "assets/frame.js")
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">|<style>(.*?)</style>', re.DOTALL)


def add_frame(config: MkDocsConfig) -> None:
    """Have pages laid out by the frame's templates before others, and the two files be made."""
    if config.theme.name == MATERIAL:
        # Before our templates that any renderer may use, and behind a shelf's own.
        config.theme.dirs.insert(config.theme.dirs.index(str(theme_folder("material"))), str(theme_folder("frame")))
        config.theme.static_templates.update(_FILES)


def lend_material(env: jinja2.Environment, config: MkDocsConfig) -> None:
    """Let templates take Material's own: by name, a block of its base.html, or its style."""
    if config.theme.name != MATERIAL or env.loader is None:
        return
    own = jinja2.FileSystemLoader(config.theme.dirs[config.theme.dirs.index(str(theme_folder("frame"))) + 1 :])
    env.loader = jinja2.ChoiceLoader([jinja2.PrefixLoader({MATERIAL: own}), env.loader])

    @jinja2.pass_context
    def block(context: Context, name: str) -> str:
        """A block of base.html as Material fills it, with `lang` and `features` of the template that asks."""
        template = env.get_template(f"{MATERIAL}/base.html")
        return "".join(template.blocks[name](template.new_context(context.get_all())))

    @jinja2.pass_context
    def styles(context: Context) -> str:
        """What Material's style sheets hold, which a browser then asks for once."""
        parts = []
        for address, text in _STYLE.findall(block(context, "styles")):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(_FILES[0]), address))
            sheet = own.get_source(env, path)[0] if address else text
            parts.append(re.sub(r"\n/\*# sourceMappingURL=.*?\*/", "", sheet).strip())
        return "\n".join(parts)

    env.globals |= {"material_block": block, "material_styles": styles}
