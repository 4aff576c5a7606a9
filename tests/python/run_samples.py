"""Runs the code samples of COS's documents for Python, as they are, with the official SDK against the emulator.

usage: run_samples.py EMULATOR [ID...]

EMULATOR is the program `cos-emulator`; each sample gets one of its own. IDs choose samples: `uploading-objects/3`.
Prints "N passed, 0 failed", and exits with a status other than 0 if anything failed.

The samples are in `samples/*.json`, a file for each page. What a sample finds before it runs is in `samples/world.py`:
buckets, objects and local files its page takes for granted. Their text stays as it is, but for three things that are
done to it here:

- Indentation a page lost on its way is restored: non-breaking spaces, odd widths, or (`indent`) all of it.
- Texts the page tells its reader to replace, like 'exampleUploadId', are replaced.
- Names a page uses without importing them, like `sys`, are there.

Keys, scheme and address are no part of that: `CosConfig` itself puts in those of the emulator. What cannot run, and
why, is listed in `samples/not_runnable.json`; the reasons are checked, too.
"""

import ast
import contextlib
import io
import json
import logging
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import traceback

from qcloud_cos import CosClientError, CosConfig, CosS3Client, CosServiceError
from qcloud_cos.cos_encryption_client import CosEncryptionClient
from qcloud_cos.crypto import AESProvider, RSAProvider

SAMPLES = pathlib.Path(__file__).resolve().parent / "samples"
sys.path.insert(0, str(SAMPLES))

from world import World  # noqa: E402

SECRET_ID = "AKIDEMULATOREXAMPLE0000000000000001"
SECRET_KEY = "EmulatorSecretKeyExample00000001"

# What the samples use without importing it.
IMPORTS = {
    "os": os, "sys": sys, "CosConfig": CosConfig, "CosServiceError": CosServiceError, "CosClientError": CosClientError,
    "AESProvider": AESProvider, "RSAProvider": RSAProvider, "CosEncryptionClient": CosEncryptionClient,
}


class Emulator:
    """An emulator of one's own, to which every host name leads while it runs."""

    def __init__(self, program):
        self.program = program

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "--port", "0"], stdout=subprocess.PIPE, text=True)
        port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        self.real = real = socket.getaddrinfo
        socket.getaddrinfo = lambda host, _port, *rest, **named: real("127.0.0.1", port, *rest, **named)

    def __exit__(self, *_):
        socket.getaddrinfo = self.real
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def use_emulator_keys():
    """Every configuration, whatever its sample says, is one for the emulator."""
    real = CosConfig.__init__

    def init(self, *arguments, **named):
        named.update(SecretId=SECRET_ID, SecretKey=SECRET_KEY, Scheme="http")
        real(self, *arguments, **named)

    CosConfig.__init__ = init


REFUSALS = []


def note_refusals():
    """Notes what the service refuses: samples may catch it, and their threads do."""
    real = CosS3Client.send_request

    def send_request(self, method, *arguments, **named):
        try:
            return real(self, method, *arguments, **named)
        except CosServiceError as error:
            REFUSALS.append((method, error.get_status_code(), error.get_error_code()))
            raise

    CosS3Client.send_request = send_request


def restore(sample):
    """A sample's text with the indentation it had before its page was made."""
    lines = [line.replace("\u00a0", " ") for line in sample["code"]]
    if "indent" in sample:
        return "\n".join(" " * width + line.strip() for width, line in zip(sample["indent"], lines))
    text = "\n".join(lines)
    if parses(text):
        return text
    widths = [len(line) - len(line.lstrip()) for line in lines]
    rounded = "\n".join(" " * (-(-width // 4) * 4) + line.strip() for width, line in zip(widths, lines))
    return rounded if parses(rounded) else text


def parses(text):
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


class PutIn(ast.NodeTransformer):
    """Replaces texts by others, one after the other as they come."""

    def __init__(self, values):
        self.values = {text: list(others) for text, others in values.items()}

    def visit_Constant(self, node):
        others = self.values.get(node.value) if isinstance(node.value, str) else None
        if not others:
            return node
        other = others.pop(0) if len(others) > 1 else others[0]
        return ast.copy_location(ast.Constant(other), node)


def run(sample, program):
    """Runs one sample; raises if it fails."""
    code = restore(sample)
    real_walk = os.walk
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.callback(os.chdir, os.getcwd())
        os.chdir(folder)
        os.environ["HOME"] = folder
        stack.enter_context(Emulator(program))
        cos = CosS3Client(CosConfig(Region="ap-guangzhou"))
        world = World(cos, code, IMPORTS)
        world.prepare()
        tree = ast.fix_missing_locations(PutIn(world.values).visit(ast.parse(code)))
        world.names["__name__"] = "__main__"
        del REFUSALS[:]
        try:
            # The samples upload the folder /root/logs. Theirs is a temporary one.
            os.walk = lambda top, *rest: real_walk(os.path.join(folder, "logs") if top == "/root/logs" else top, *rest)
            exec(compile(tree, sample["id"], "exec"), world.names)
        finally:
            os.walk = real_walk
        unexpected = [refusal for refusal in REFUSALS if refusal[:2] not in world.errors]
        assert not unexpected, unexpected
        world.check()


def has_alternatives(text):
    """Whether a text offers literals to choose from: 'a'|'b'."""
    def is_literal(node):
        return isinstance(node, ast.Constant) or isinstance(node, ast.BinOp) and is_literal(node.right)
    return any(
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and is_literal(node)
        for node in ast.walk(ast.parse(text)))


# How a reason not to run is told from an excuse.
REASONS = {
    "does not parse": lambda text: not parses(text),
    "alternatives": lambda text: parses(text) and has_alternatives(text),
    "type names": lambda text: parses(text) and "'string'" in text,
    "no bucket name": lambda text: "Bucket='test'," in text,
}


def main():
    program = os.path.abspath(sys.argv[1])
    chosen = sys.argv[2:]
    logging.raiseExceptions = False
    os.environ["COS_SECRET_ID"], os.environ["COS_SECRET_KEY"] = SECRET_ID, SECRET_KEY
    use_emulator_keys()
    note_refusals()
    samples = {
        sample["id"]: sample
        for page in sorted(SAMPLES.glob("*.json")) if page.name != "not_runnable.json"
        for sample in json.loads(page.read_text(encoding="utf-8"))["samples"]
    }
    listed = json.loads((SAMPLES / "not_runnable.json").read_text(encoding="utf-8"))
    not_runnable = {id: kind for kind, entry in listed.items() for id in entry["samples"]}
    passed = failed = 0
    for id, sample in samples.items():
        if chosen and id not in chosen:
            continue
        output = io.StringIO()
        try:
            if id in not_runnable:
                assert REASONS[not_runnable[id]](restore(sample)), "the reason is gone: " + not_runnable[id]
                continue
            with contextlib.redirect_stdout(output):
                run(sample, program)
            passed += 1
        except (Exception, CosClientError):
            failed += 1
            print("FAILED %s: %s" % (id, sample["heading"]))
            print(output.getvalue()[-2000:])
            traceback.print_exc()
        finally:
            for handler in list(logging.getLogger().handlers):
                logging.getLogger().removeHandler(handler)
    unknown = set(not_runnable) - set(samples)
    assert not unknown, unknown
    for kind, entry in listed.items():
        print("not run: %d, %s" % (len(entry["samples"]), entry["reason"]))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
