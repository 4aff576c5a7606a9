#!/usr/bin/env python3
"""Runs every client on every workload against the sink and prints markdown; see README.md.

Each round runs all clients of a workload once, in a new random order. Every figure is the median over the rounds,
and every ratio the median of the ratios taken inside each round.
"""
import argparse
import json
import os
import random
import resource
import shlex
import shutil
import ssl
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT, PYTHON, DATA = os.environ["BENCH_BUILT"], os.environ["BENCH_PYTHON"], os.environ["BENCH_DIR"]
MIB, GIB = 1 << 20, 1 << 30
TICK = os.sysconf("SC_CLK_TCK")

OURS, SDK, FLOOR, FLOOR_CRC, FLOOR_SERDE = "this SDK", "python SDK", "floor", "floor, CRC-64", "floor, serde"

# What a client exits with that lacks a workload.
LACKS = 3


class Lacks(Exception):
    pass


class Client:
    """A program with flags of its own; it does the workload at hand, or always the same. One that would take too long
    does a part of the work, and its figures are multiplied by `share`."""

    def __init__(self, program, *flags, always=None, share=1):
        self.program, self.flags, self.always, self.share = program, list(flags), always, share


def ours(*flags, **other):
    return Client([BUILT + "/bench-client"], *flags, **other)


def floor(*flags):
    return Client([BUILT + "/bench-floor"], *flags)


def sdk(*flags, **other):
    return Client([PYTHON, HERE + "/python/peer.py"], *flags, **other)


class Workload:
    """A workload; `base` is the floor that it is held to, and `goals` what the summary compares with:
    (what, against, at least or at most, bound). `work` is what the clients are told to do."""

    def __init__(self, work, title, unit, clients, base, goals, **settings):
        self.work, self.title, self.unit, self.clients, self.base, self.goals, self.settings = \
            work, title, unit, clients, base, goals, settings


def workloads(small):
    """The workloads; `small` ones only show that everything runs."""
    size, large, puts, pages, urls, files, many, far, long = \
        (32 * MIB, 64 * MIB, 50, 3, 100, 10, 2000, 32 * MIB, 10) if small else \
        (GIB, 8 * GIB, 5000, 100, 20000, 200, 10000, 256 * MIB, 5000)
    plain = {OURS: ours(), SDK: sdk(), FLOOR: floor()}
    checked = {**plain, FLOOR_CRC: floor("--crc")}
    serde = {**plain, FLOOR_SERDE: floor("--serde")}
    ahead = {OURS: ours(), SDK: sdk(share=1 if small else 20), FLOOR_SERDE: floor()}
    name, large_name = ("%d MiB" % (size // MIB), "%d MiB" % (large // MIB)) if small else ("1 GiB", "8 GiB")
    folder = "{:,} files of 4 KiB, 10 threads".format(many)
    up = {"size": 4096, "count": many, "threads": 10, "pages": 0, "file": "folder"}
    down = {**up, "distinct": True, "pages": many // 1000, "file": "down"}
    # A request a file, ten at a time, each held for 5 ms.
    waits = many * 0.005 / 10
    return {
        "w1": Workload("w1", "upload %s, 8 MiB parts, 5 threads" % name, "GB/s", checked, FLOOR_CRC,
                       [("speed", SDK, ">=", 2.0), ("cpu", FLOOR_CRC, "<=", 1.10), ("peak", None, "<=", 16)],
                       size=size, part=8 * MIB, file="big"),
        "w2": Workload("w2", "download %s, 20 MiB parts, 5 threads" % name, "GB/s",
                       {**checked, SDK + ", EnableCRC": sdk("--crc")}, FLOOR_CRC,
                       [("speed", SDK, ">=", 1.1), ("speed", SDK + ", EnableCRC", ">=", 8.0),
                        ("cpu", FLOOR_CRC, "<=", 1.05), ("peak", None, "<=", 16)],
                       size=size, part=20 * MIB, file="down"),
        "w3": Workload("w3", "{:,} PUTs of 4 KiB, one thread".format(puts), "us/PUT", checked, FLOOR,
                       [("speed", SDK, ">=", 20.0), ("wall", FLOOR, "<=", 1.25), ("peak", None, "<=", 8)], count=puts),
        "w4": Workload("w4", "list %d pages of 1,000 keys" % pages, "ns/key", serde, FLOOR_SERDE,
                       [("speed", SDK, ">=", 15.0), ("wall", FLOOR_SERDE, "<=", 1.0), ("peak", None, "<=", 8)],
                       count=pages),
        "w5": Workload("w5", "presigned URLs, one thread", "us/URL", plain, FLOOR,
                       [("speed", SDK, ">=", 20.0), ("peak", None, "<=", 8)], count=urls),
        "w6": Workload("w6", "upload %s, sparse, 8 MiB parts, 5 threads" % large_name, "GB/s", checked, FLOOR_CRC,
                       [("speed", SDK, ">=", 2.7), ("cpu", FLOOR_CRC, "<=", 1.10), ("peak", None, "<=", 16)],
                       size=large, part=8 * MIB, file="sparse"),
        "w7": Workload("w7", "%d files of 64 KiB, 20 ms a request, 5 threads" % files, "ms/file", plain, FLOOR,
                       [("speed", SDK, ">=", 1.08), ("wall", FLOOR, "<=", 1.02), ("peak", None, "<=", 16)],
                       count=files, file="small", delay=20),
        "w8": Workload("w8", "upload %s encrypted, 8 MiB parts, 5 threads" % name, "GB/s",
                       {OURS: ours(), SDK: sdk(), OURS + ", in plain": ours(always="w1")}, OURS + ", in plain",
                       [("speed", SDK, ">=", 1.0), ("peak", None, "<=", 16)], size=size, part=8 * MIB, file="big"),
        "w9": Workload("w9", "upload a folder of " + folder, "ms/file", plain, FLOOR,
                       [("speed", SDK, ">=", 20.0), ("wall", FLOOR, "<=", 1.25), ("peak", None, "<=", 24)],
                       **up),
        "w10": Workload("w10", "download a folder of " + folder, "ms/file", plain, FLOOR,
                        [("speed", SDK, ">=", 20.0), ("wall", FLOOR, "<=", 1.25), ("peak", None, "<=", 24)],
                        **down),
        "w9-5ms": Workload("w9", "upload a folder of %s, 5 ms a request" % folder, "ms/file", plain, FLOOR,
                           [("speed", SDK, ">=", 1.5), ("seconds", None, "<=", 1.05 * waits)],
                           delay=5, **up),
        "w10-5ms": Workload("w10", "download a folder of %s, 5 ms a request" % folder, "ms/file", plain, FLOOR,
                            [("speed", SDK, ">=", 1.5), ("seconds", None, "<=", 1.05 * waits)],
                            delay=5, **down),
        "w11": Workload("w11", "upload %d MiB by default, 30 ms a request" % (far // MIB), "GB/s",
                        {OURS: ours(), SDK: sdk()}, SDK,
                        [("speed", SDK, ">=", 3.0), ("peak", None, "<=", 64)], size=far, file="far", delay=30),
        "w12": Workload("w12", "download %d MiB by default, 30 ms a request" % (far // MIB), "GB/s",
                        {OURS: ours(), SDK: sdk()}, SDK,
                        [("speed", SDK, ">=", 3.0), ("peak", None, "<=", 64)], size=far, file="down", delay=30),
        "w13": Workload("w13", "list {:,} keys".format(long * 1000), "ns/key", ahead, FLOOR_SERDE,
                        [("speed", SDK, ">=", 20.0), ("wall", FLOOR_SERDE, "<=", 1.0), ("peak", None, "<=", 10)],
                        count=long, pages=long),
        "t1": Workload("w1", "upload %s over TLS, 8 MiB parts, 5 threads" % name, "GB/s", checked, FLOOR_CRC,
                       [("cpu", SDK, "<=", 0.55), ("speed", SDK, ">=", 1.2), ("cpu", FLOOR_CRC, "<=", 1.10),
                        ("peak", None, "<=", 20)], size=size, part=8 * MIB, file="big", tls=True),
        "t2": Workload("w2", "download %s over TLS, 20 MiB parts, 5 threads" % name, "GB/s", checked, FLOOR_CRC,
                       [("cpu", SDK, "<=", 0.65), ("speed", SDK, ">=", 1.2), ("cpu", FLOOR_CRC, "<=", 1.10),
                        ("peak", None, "<=", 20)], size=size, part=20 * MIB, file="down", tls=True),
        "t3": Workload("w3", "{:,} PUTs of 4 KiB over TLS, one thread".format(puts), "us/PUT", plain, FLOOR,
                       [("speed", SDK, ">=", 5.5), ("wall", FLOOR, "<=", 1.15), ("peak", None, "<=", 10)],
                       count=puts, tls=True),
        "t4": Workload("w4", "list %d pages of 1,000 keys over TLS" % pages, "ns/key", serde, FLOOR_SERDE,
                       [("speed", SDK, ">=", 18.0), ("wall", FLOOR_SERDE, "<=", 0.8), ("peak", None, "<=", 10)],
                       count=pages, tls=True),
        "t7": Workload("w7", "%d files of 64 KiB over TLS, 20 ms a request, 5 threads" % files, "ms/file", plain, FLOOR,
                       [("speed", SDK, ">=", 1.08), ("wall", FLOOR, "<=", 1.02), ("peak", None, "<=", 16)],
                       count=files, file="small", delay=20, tls=True),
        "t-close": Workload("w3", "{:,} PUTs of 4 KiB over TLS, a connection each".format(puts // 10), "us/PUT", plain,
                            FLOOR, [("wall", FLOOR, "<=", 1.15), ("peak", None, "<=", 10)],
                            count=puts // 10, tls=True, close=True),
    }


SCALE = {"us/PUT": 1e6, "ns/key": 1e9, "us/URL": 1e6, "ms/file": 1e3}


def extra():
    """BENCH_EXTRA='name=/path/to/client --flag;...' joins every workload."""
    named = (item.partition("=") for item in os.environ.get("BENCH_EXTRA", "").split(";") if item)
    return {name.strip(): Client(shlex.split(command)) for name, _, command in named}


class Sink:
    """The server of a workload. With TLS, clients trust it by the variable that requests has for that."""

    def __init__(self, settings, crc):
        arguments = ["--delay-ms", str(settings.get("delay", 0)), "--object-size", str(settings.get("size", GIB))]
        if "pages" in settings:
            arguments += ["--list-pages", str(settings["pages"])]
        arguments += ["--" + name for name in ("distinct", "close") if settings.get(name)] + ["--crc"] * crc
        self.environment = dict(os.environ)
        if settings.get("tls"):
            self.environment["REQUESTS_CA_BUNDLE"] = certificate = os.path.join(DATA, "certificate")
            arguments += ["--tls", certificate]
        self.process = subprocess.Popen([BUILT + "/bench-sink", *arguments], stdout=subprocess.PIPE, text=True)
        port = int(self.process.stdout.readline().split()[1])
        self.url = "http%s://127.0.0.1:%d" % ("s" if settings.get("tls") else "", port)

    def cpu(self):
        with open("/proc/%d/stat" % self.process.pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def stats(self):
        anyone = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), anyone)
        with direct.open(self.url + "/__stats") as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait()


def busy():
    """Seconds of CPU that the whole machine has used so far."""
    with open("/proc/stat") as stat:
        fields = [int(word) for word in stat.readline().split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:8])) / TICK


def run(work, client, settings, sink):
    path = os.path.join(DATA, settings.get("file", "none"))
    if settings.get("file") == "down":
        shutil.rmtree(path) if os.path.isdir(path) else os.path.exists(path) and os.remove(path)
    arguments = [client.always or work, "--endpoint", sink.url, "--file", path,
                 "--threads", str(settings.get("threads", 5))]
    for key in ("size", "part"):
        if key in settings:
            arguments += ["--" + key, str(settings[key])]
    if "count" in settings:
        arguments += ["--count", str(settings["count"] // client.share)]
    sink.stats()
    server, machine, started = sink.cpu(), busy(), time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [*client.program, *arguments, *client.flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=sink.environment)
    if done.returncode == LACKS:
        raise Lacks(done.stderr.strip())
    if done.returncode:
        raise RuntimeError("exit %d: %s" % (done.returncode, done.stderr[-400:]))
    result = json.loads(done.stdout.strip().splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    result["server"] = sink.cpu() - server
    used = result["server"] + after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    result["foreign"] = max(0.0, (busy() - machine - used) / (time.perf_counter() - started))
    result["conns"] = sink.stats()["conns"] - 1
    for figure in ("wall", "user", "sys", "server", "ops"):
        result[figure] *= client.share
    result["cpu"] = result["user"] + result["sys"]
    return result


def prepare(chosen):
    """Makes the files that are uploaded, in memory."""
    os.makedirs(DATA, exist_ok=True)
    for workload in chosen.values():
        kind, size = workload.settings.get("file"), workload.settings.get("size")
        path = os.path.join(DATA, kind or "none")
        if kind == "down" or os.path.exists(path):
            continue
        if kind in ("big", "far"):
            block = os.urandom(16 * MIB)
            with open(path, "wb") as file:
                for _ in range(size // len(block)):
                    file.write(block)
        elif kind == "sparse":
            with open(path, "wb") as file:
                file.truncate(size)
        elif kind in ("small", "folder"):
            os.mkdir(path)
            for number in range(workload.settings["count"]):
                with open("%s/f%d" % (path, number), "wb") as file:
                    file.write(os.urandom(65536 if kind == "small" else size))


def measure(name, workload, rounds, log):
    """Returns each client's results, a round each."""
    clients = {**workload.clients, **extra()}
    results = {client: [] for client in clients}
    for number in range(rounds + 1):
        if number < 2:
            # The first round is a warm-up, against a sink that answers with checksums: what is uploaded is compared.
            sink = Sink(workload.settings, crc=number == 0)
        try:
            for client in random.sample(list(results), len(results)):
                try:
                    result = run(workload.work, clients[client], workload.settings, sink)
                except Lacks as error:
                    print("left out of %s: %s: %s" % (name, client, error), file=sys.stderr)
                    del results[client]
                    continue
                if log:
                    log.write(json.dumps({"w": name, "client": client, "round": number, **result}) + "\n")
                if number:
                    results[client].append(result)
        finally:
            if number in (0, rounds):
                sink.close()
    return results


def ratio(results, client, base, what):
    """The median over the rounds of `client` by `base`."""
    return statistics.median(a[what] / max(b[what], 1e-6) for a, b in zip(results[client], results[base]))


def table(workload, results, rounds):
    load = statistics.median(result["foreign"] for all_of in results.values() for result in all_of)
    print("\n### %s\n" % (workload.title[0].upper() + workload.title[1:]))
    print("%d rounds; others kept %.2f of %d cores busy.\n" % (rounds, load, os.cpu_count()))
    print("| client | wall s (min-max) | %s | CPU s (user+sys) | server's CPU s | peak MiB | connections | speed / %s "
          "| CPU / %s | time / %s | CPU / %s |" % (workload.unit, SDK, SDK, workload.base, workload.base))
    print("|" + "---|" * 11)
    for client, runs in results.items():
        median = lambda what: statistics.median(result[what] for result in runs)  # noqa: E731
        wall, ops, scale = median("wall"), runs[0]["ops"], SCALE.get(workload.unit)
        against = lambda base, what: "%.2f" % ratio(results, client, base, what) if base in results else "-"  # noqa: E731
        speed = "%.2f" % (1 / ratio(results, client, SDK, "wall")) if SDK in results else "-"
        print("| %s | %.3f (%.3f-%.3f) | %.2f | %.3f (%.2f+%.2f) | %.2f | %.1f | %d | %sx | %sx | %sx | %sx |" % (
            client, wall, min(result["wall"] for result in runs), max(result["wall"] for result in runs),
            wall / ops * scale if scale else ops / wall / 1e9, median("cpu"), median("user"), median("sys"),
            median("server"), median("hwm_kb") / 1024, median("conns"), speed, against(SDK, "cpu"),
            against(workload.base, "wall"), against(workload.base, "cpu")))
    sys.stdout.flush()


def summary(measured):
    print("\n### Goals\n")
    print("| work | figure | goal | measured | |")
    print("|---|---|---|---|---|")
    for workload, results in measured:
        for what, base, direction, bound in workload.goals:
            if OURS not in results or base is not None and base not in results:
                continue
            if what == "peak":
                value, text = statistics.median(r["hwm_kb"] for r in results[OURS]) / 1024, "peak memory, MiB"
            elif what == "seconds":
                value, text = statistics.median(r["wall"] for r in results[OURS]), "seconds"
            elif what == "speed":
                value, text = 1 / ratio(results, OURS, base, "wall"), "speed / " + base
            else:
                value = ratio(results, OURS, base, what)
                text = "%s / %s" % ({"wall": "time", "cpu": "CPU"}[what], base)
            met = value >= bound if direction == ">=" else value <= bound
            print("| %s | %s | %s %g | %.2f | %s |" % (
                workload.title, text, direction, bound, value, "met" if met else "**missed**"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="tiny workloads, which only show that everything runs")
    parser.add_argument("--json", help="append every run's record to this file")
    options = parser.parse_args()
    known = workloads(options.small)
    chosen = {name: known[name] for name in options.workloads or known}
    prepare(chosen)
    log = open(options.json, "a") if options.json else None
    measured = []
    try:
        for name, workload in chosen.items():
            results = measure(name, workload, options.rounds, log)
            table(workload, results, options.rounds)
            measured.append((workload, results))
    finally:
        shutil.rmtree(DATA)
    if not options.small:
        summary(measured)


main()
