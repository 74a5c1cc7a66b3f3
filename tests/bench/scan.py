#!/usr/bin/env python3
"""Measures `golive scan` beside ripgrep and detect-secrets on one tree of packages, in turn, with a warm cache.

    cargo build --release && python3 tests/bench/scan.py [target/release/golive]

The tree (50,000 files and 1 GB at least) is fetched by cargo and npm into GOLIVE_BENCH, by default ~/.cache/golive-bench, and kept there.
ripgrep is taken from PATH, else built by `cargo install`; detect-secrets is installed by pip into an environment of its own. ripgrep searches for
the literals of the scan's first search, which a test of golive keeps in scan-literals.txt. Linux; peak memory needs GNU time.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLIVE = str(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/golive").resolve())
CACHE = Path(os.environ.get("GOLIVE_BENCH", Path.home() / ".cache/golive-bench")).resolve()
TREE = CACHE / "tree"
LITERALS = HERE / "scan-literals.txt"
ROUNDS = 9
# Seconds after which a tool is stopped.
PATIENCE = 300
LEAST_FILES, LEAST_BYTES = 50_000, 1_000_000_000

CRATES = """aws-lc-sys windows-sys windows bindgen openssl-src libgit2-sys rustix nix web-sys js-sys tokio hyper reqwest axum serde_json regex
clap syn chrono jiff polars-core wasmtime cranelift-codegen bevy_ecs diesel sqlx sea-orm actix-web rocket tonic prost lapin rdkafka-sys zstd-sys
libsqlite3-sys ring rustls image rayon ndarray nalgebra rand icu gix tree-sitter tantivy""".split()

NPM = """@mui/icons-material @fluentui/react-icons @carbon/icons date-fns lodash rxjs core-js typescript webpack aws-sdk googleapis firebase monaco-editor
three @tensorflow/tfjs-core next @angular/core @angular/compiler @babel/core eslint antd @ant-design/icons material-design-icons-svg mathjs plotly.js
echarts highcharts ag-grid-community devextreme @aws-sdk/client-s3 @aws-sdk/client-ec2 @aws-sdk/client-dynamodb @azure/arm-network @azure/arm-compute
react-native ionicons @tabler/icons lucide-react swagger-ui-dist jquery-ui ace-builds codemirror pdfjs-dist""".split()

PLUGIN = r'''
import re
from detect_secrets.plugins.base import RegexBasedDetector


class PlatformDetector(RegexBasedDetector):
    """The literals of golive's first search."""

    secret_type = "platform"
    denylist = [re.compile({pattern!r})]
'''


def run(argv, **more):
    return subprocess.run([str(part) for part in argv], check=True, **more)


def fetch_crates():
    manifest = CACHE / "crates/Cargo.toml"
    (manifest.parent / "src").mkdir(parents=True, exist_ok=True)
    (manifest.parent / "src/lib.rs").write_text("")
    for name in CRATES:
        if not (TREE / "crates" / name).exists():
            break
    else:
        return
    # One manifest for each: what two of them need need not go together.
    for name in CRATES:
        manifest.write_text(f'[package]\nname = "bench"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{name} = "*"\n[workspace]\n')
        (manifest.parent / "Cargo.lock").unlink(missing_ok=True)
        vendor = ["cargo", "vendor", "--quiet", "--manifest-path", manifest, TREE / "crates" / name]
        if subprocess.run([str(part) for part in vendor], stdout=subprocess.DEVNULL, check=False).returncode:
            print(f"left out: crate {name}", file=sys.stderr)
        if counted()[1] > LEAST_BYTES // 2:
            break


def fetch_npm():
    folder = TREE / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    for name in NPM:
        files, size = counted()
        if files >= LEAST_FILES and size >= LEAST_BYTES:
            break
        install = ["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--silent", name]
        if subprocess.run([str(part) for part in install], stdout=subprocess.DEVNULL, check=False).returncode:
            print(f"left out: npm package {name}", file=sys.stderr)


def counted():
    files = size = 0
    for folder, _, names in os.walk(TREE):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                files += 1
                size += os.stat(path).st_size
    return files, size


def ripgrep():
    """ripgrep, from PATH or built."""
    if found := shutil.which("rg"):
        return found
    built = CACHE / "ripgrep/bin/rg"
    if not built.exists():
        run(["cargo", "install", "--quiet", "ripgrep", "--root", CACHE / "ripgrep"])
    return str(built)


def detect_secrets():
    """detect-secrets in an environment of its own, with one plugin that has our literals and no other."""
    environment = CACHE / "detect-secrets"
    if not (environment / "bin/detect-secrets").exists():
        run([sys.executable, "-m", "venv", environment])
        run([environment / "bin/pip", "install", "--quiet", "detect-secrets"])
    words = [word for word in LITERALS.read_text().splitlines() if word]
    plugin = CACHE / "platform_plugin.py"
    plugin.write_text(PLUGIN.format(pattern="|".join(word.replace(".", r"\.").replace("+", r"\+") for word in words)))
    listed = subprocess.run([environment / "bin/detect-secrets", "scan", "--list-all-plugins"], capture_output=True, text=True, check=True).stdout
    off = [part for name in listed.split() for part in ("--disable-plugin", name)]
    return [str(environment / "bin/detect-secrets"), "scan", "--all-files", "--no-verify", "-p", str(plugin), *off, "."]


def plant():
    """A key in the last folder of the tree, that every tool has to find: whoever does not has not read the tree."""
    planted = TREE / "zz-planted/settings.py"
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f'KEY = "{"sk_" + "live_"}{"9f3kQ7vTzX2mB8LwR5nY"}"\n')


def once(argv):
    """Seconds of one run in the tree; detect-secrets leaves out what is not below its own folder. After `PATIENCE` it is stopped."""
    began = time.perf_counter()
    ran = subprocess.run(["timeout", str(PATIENCE), *argv], cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - began
    assert seconds >= PATIENCE or b"zz-planted/settings.py" in ran.stdout, f"{argv[0]} did not find what was planted"
    return seconds


def peak(argv):
    """Peak memory in MB: GNU time's word, as a child of this program would be charged with what it was forked from."""
    ran = subprocess.run(["/usr/bin/time", "-f", "%M", *argv], cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return int(ran.stderr.split()[-1]) / 1024


def main():
    TREE.mkdir(parents=True, exist_ok=True)
    fetch_crates()
    fetch_npm()
    plant()
    files, size = counted()
    assert files >= LEAST_FILES and size >= LEAST_BYTES, f"the tree has {files} files and {size} bytes: name more packages"
    print(f"{files} files, {size / 1e9:.2f} GB, {os.cpu_count()} cores")
    commands = {
        "golive scan": [GOLIVE, "scan", ".", "--json"],
        "rg, same literals": [ripgrep(), "--no-ignore", "--hidden", "--no-unicode", "--count", "-F", "-f", str(LITERALS), "."],
    }
    slow = detect_secrets()
    for argv in commands.values():
        once(argv)
    runs = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, argv in commands.items():
            runs[name].append(once(argv))
    medians = {name: statistics.median(all_) for name, all_ in runs.items()}
    own = medians["golive scan"]
    memory = shutil.which("time", path="/usr/bin") is not None
    for name, seconds in medians.items():
        used = f"  {peak(commands[name]):6.0f} MB" if memory else ""
        print(f"{name:<32} {seconds:8.2f} s  {seconds / own:6.2f} x golive{used}", flush=True)
    seconds = once(slow)
    stopped = " (stopped)" if seconds >= PATIENCE else ""
    print(f"{'detect-secrets, same literals':<32} {seconds:8.2f} s  {seconds / own:6.2f} x golive{stopped}")


if __name__ == "__main__":
    main()
