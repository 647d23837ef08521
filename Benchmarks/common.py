"""What the benchmarks share: where things are, servers, commands, the machine, the table of goals."""

import contextlib
import datetime
import http.client
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

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


def free_port():
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A registry over a folder of its own, until the `with` ends: on a port that is given, else on a free one."""

    def __init__(self, folder, port=None):
        self.folder = folder
        self.port = port
        folder.mkdir(parents=True, exist_ok=True)

    def argv(self):
        """The command that serves the folder at the port."""
        raise NotImplementedError

    def __enter__(self):
        self.port = self.port or free_port()
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(1200):
            with contextlib.suppress(OSError):
                self.ask("GET", "/v2/")
                return self
            time.sleep(0.05)
        sys.exit(f"bench: no server: {' '.join(self.argv())}: {(self.folder / 'log').read_text()[-2000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def ask(self, method, path, body=None, fields=None, connection=None):
        connection = connection or self.connect()
        connection.request(method, path, body, fields or {})
        response = connection.getresponse()
        return response, response.read()


def environment(home):
    """Nothing from an earlier run: caches and credentials live under `home`.

    skopeo keeps its blob cache in /var/lib/containers when it runs as root, unless it is told
    that it is not.
    """
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    return kept | {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "DOCKER_CONFIG": str(home / "docker"),
        "DOCKER_HOST": os.environ.get("PUBLISHER_TEST_DOCKER_HOST", ""),
        "_CONTAINERS_ROOTLESS_UID": "65534",
    }


def spawn(argv, env):
    """Runs to the end; returns wall seconds and the resource usage of the process and its children."""
    with tempfile.TemporaryFile() as out:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, out.fileno(), 2),
        ]
        began = time.perf_counter()
        pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - began
        if status != 0:
            out.seek(0)
            sys.exit(f"bench: failed: {' '.join(argv)}\n{out.read().decode(errors='replace')[-4000:]}")
    return wall, usage


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
