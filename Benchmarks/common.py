"""What both benchmarks use: where things are, docker-registry, the machine, the table of goals."""

import contextlib
import datetime
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = ROOT / ".build" / "bench"
LAYOUT = CACHE / "oci"
MIB = 1024 * 1024


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def docker_registry(folder, port):
    """The call of Debian's docker-registry that serves a folder."""
    settings = folder / "config.yml"
    settings.write_text(
        "version: 0.1\n"
        "log: {level: info}\n"
        "storage:\n"
        f"  filesystem: {{rootdirectory: {folder / 'storage'}}}\n"
        "  cache: {blobdescriptor: inmemory}\n"
        "  delete: {enabled: true}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n"
    )
    return ["docker-registry", "serve", str(settings)]


def machine(*peers):
    """The day, the machine, and the versions of the programs beside ours."""
    model = "unknown CPU"
    with contextlib.suppress(OSError, StopIteration):
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    cores = len(os.sched_getaffinity(0))
    return ", ".join([str(datetime.date.today()), f"{cores} cores of {model}", *peers])


def version(program):
    """What a program says of its version, in one word."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return f"{program} {next(word for word in said.split() if word.lstrip('v')[:1].isdigit())}"


def goals(of, verdicts):
    """The table of what was promised, from rows of (work, what, measured, goal, met)."""
    print(f"\n| Work | Of {of} | Measured | Goal | |")
    print("|---|---|--:|--:|---|")
    for title, what, measured, goal, met in verdicts:
        print(f"| {title} | {what} | {measured} | {goal} | {'pass' if met else '**miss**'} |")
