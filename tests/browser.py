"""The browser for the tests: which one, how to start it, and how to get one.

`python tests/browser.py` makes sure that there is one: it installs Chromium with the system's package manager where
it may, and otherwise says in one sentence how to get one. Only the standard library: it runs before the environment
is made.
"""

import os
import shutil
import subprocess
import sys

VARIABLE = "PAPERSHELF_BROWSER"
NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
# Where macOS and Windows keep programs that are not on the PATH; Edge is a Chromium, and every Windows has it.
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
# No start-up requests of the browser's own: the tests count every request a page makes.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    # A window's own parts, which no test looks at, take as long to start as a page.
    "--disable-features=PreloadTopChromeWebUI,WebUIOmniboxPopup,TopChromeWebUIUsesSpareRenderer,InitialWebUI,"
    "SpareRendererForSitePerProcess,WebUIReloadButton,WebUIToolbar,MediaRouter,OptimizationHints,Translate,"
    "HttpsUpgrades,PaintHolding,AutoDeElevate",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
# Each package manager's commands; all but the last may fail, the last one installs.
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
MANAGERS = {
    "apt-get": ((*APT, "update"), (*APT, "install", "--no-install-recommends", "chromium", "fonts-liberation")),
    "dnf": (("dnf", "install", "--assumeyes", "chromium"),),
    "pacman": (("pacman", "-S", "--needed", "--noconfirm", "chromium"),),
    "brew": (("brew", "install", "--cask", "google-chrome"),),
}


class NoBrowser(Exception):  # noqa: N818 - it is a state of the machine
    """What is missing and how to get it, in a sentence."""


def find_browser() -> str:
    """Give the path of the browser for the tests."""
    named = os.environ.get(VARIABLE)
    for name in (named,) if named else (*NAMES, *PLACES):
        path = shutil.which(name)
        if path and starts(path):
            return path
    if named:
        raise NoBrowser(f"{VARIABLE} names {named!r}, and no such browser starts on this machine.")
    raise NoBrowser(
        "The tests need a browser: install Chromium or Chrome (`apt install chromium`, `dnf install chromium`, "
        f"`pacman -S chromium`, `brew install --cask google-chrome`), or name one in {VARIABLE}."
    )


def launch_options() -> dict[str, object]:
    """Give what Playwright's `chromium.launch` needs, for the browser that is here."""
    return {
        "executable_path": find_browser(),
        "args": list(FLAGS),
        "chromium_sandbox": not is_root(),  # Chromium refuses to sandbox itself as root
        "headless": True,
    }


def install_browser() -> bool:
    """Install a browser where this may be done without asking, and tell whether anything was installed."""
    for manager, commands in MANAGERS.items():
        if not shutil.which(manager):
            continue
        prefix = [] if manager == "brew" or is_root() else ["sudo", "-n"]
        if prefix and not (shutil.which("sudo") and run("sudo", "-n", "true").returncode == 0):
            continue
        if sys.stderr.isatty():
            print(f"Installing a browser for the tests with {manager} …", file=sys.stderr, flush=True)
        done = [run(*prefix, *command) for command in commands][-1]
        if done.returncode == 0:
            return True
        sys.stderr.write(done.stdout)
    return False


def is_root() -> bool:
    """Tell whether this process may do everything."""
    return os.name == "posix" and os.geteuid() == 0


def starts(path: str) -> bool:
    """Tell whether a browser is more than the name of one, as Ubuntu's `chromium-browser` is without its snap."""
    if os.name == "nt":  # there `--version` opens a window
        return True
    try:
        return run(path, "--version").returncode == 0
    except OSError:
        return False


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that asks nothing, and keep what it prints."""
    return subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def main() -> int:
    """Make sure that there is a browser; give the exit status."""
    try:
        find_browser()
    except NoBrowser as reason:
        if os.environ.get(VARIABLE) or not install_browser():
            print(reason, file=sys.stderr)
            return 1
        try:
            find_browser()
        except NoBrowser as still:
            print(still, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
