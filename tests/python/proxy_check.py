"""Runs Python's `requests` and this SDK with the same environment and compares which proxy each of them asks, and how.

    proxy_check.py CLI

Nothing leaves the machine: the hosts have names that no name server knows, so that a request without a proxy ends
before it is sent.
"""

import os
import socket
import subprocess
import sys
import threading

import requests

HTTP, HTTPS = "http://b-1250000000.cos.ap-x.myqcloud.com", "https://b-1250000000.cos.ap-x.myqcloud.com"

# A, B and C stand for proxies. A row is an environment and the URLs asked for in it.
BOTH = [HTTP, HTTPS]
TABLE = [
    ({}, BOTH),
    ({"HTTPS_PROXY": "A"}, BOTH),
    ({"HTTP_PROXY": "A"}, BOTH),
    ({"http_proxy": "A", "https_proxy": "B", "all_proxy": "C"}, BOTH),
    ({"http_proxy": "A", "https_proxy": "A", "all_proxy": "socks5://127.0.0.1:1"}, BOTH),
    ({"https_proxy": "A", "HTTPS_PROXY": "B"}, BOTH),
    ({"https_proxy": "", "HTTPS_PROXY": "B"}, BOTH),
    ({"https_proxy": "", "ALL_PROXY": "B"}, BOTH),
    ({"ALL_PROXY": "A"}, BOTH),
    ({"all_proxy": "A", "ALL_PROXY": "B"}, BOTH),
    ({"HTTP_proxy": "A", "Https_Proxy": "B"}, BOTH),
    ({"all_proxy": "A", "HTTPS_PROXY": "B"}, BOTH),
    ({"all_proxy": "USER:A", "HTTP_PROXY": "USER:B"}, BOTH),
    ({"all_proxy": "BARE:A"}, BOTH),
    ({"REQUEST_METHOD": "GET", "HTTP_PROXY": "A"}, BOTH),
    ({"REQUEST_METHOD": "GET", "HTTP_PROXY": "A", "http_proxy": "B"}, BOTH),
    ({"REQUEST_METHOD": "GET", "HTTP_PROXY": "A", "ALL_PROXY": "B"}, BOTH),
    ({"REQUEST_METHOD": "GET", "HTTPS_PROXY": "A"}, BOTH),
]
EXCEPTIONS = [
    "myqcloud.com",
    ".myqcloud.com",
    "cloud.com",
    "*.myqcloud.com",
    "MYQCLOUD.com",
    "*",
    "other,*",
    "other, myqcloud.com",
    "other ,,.myqcloud.com ,",
    "b-1250000000.cos.ap-x.myqcloud.com",
    "-1250000000.cos.ap-x.myqcloud.com",
    "myqcloud.com:443",
    "myqcloud.com:80",
    "myqcloud.com.evil",
    "127.0.0.0/8",
    "",
]
TABLE += [({"all_proxy": "A", "no_proxy": rule}, BOTH) for rule in EXCEPTIONS]
TABLE += [({"all_proxy": "A", "NO_PROXY": "other", "no_proxy": rule}, BOTH) for rule in ["", "myqcloud.com"]]
TABLE += [({"all_proxy": "A", "NO_PROXY": "myqcloud.com", "no_proxy": rule}, BOTH) for rule in ["", "other"]]
# Addresses: nobody listens on this port.
ADDRESS = ["http://127.0.0.1:9"]
RULES = ["127.0.0.1", "127.0.0.1:9", "127.0.0.0/8", "127.0/8", "128.0.0.0/8", "127.0.0.1/33", "127.", "0.0.1", "127.1"]
TABLE += [({"http_proxy": "A", "no_proxy": rule}, ADDRESS) for rule in RULES]


class Proxy:
    """Notes the first lines of what it is asked, and refuses it."""

    def __init__(self):
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            stream, _ = self.listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                piece = stream.recv(65536)
                if not piece:
                    break
                head += piece
            lines = head.decode("latin-1").split("\r\n")
            target = " ".join(lines[0].split(" ")[:2])
            user = [line.split(": ", 1)[1] for line in lines if line.lower().startswith("proxy-authorization:")]
            self.seen.append((target, user))
            stream.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            stream.close()


def ask_requests(environment, url):
    kept = dict(os.environ)
    os.environ.update(environment)
    try:
        requests.head(url + "/key", timeout=5)
    except requests.RequestException:
        pass
    finally:
        os.environ.clear()
        os.environ.update(kept)


def ask_this(cli, environment, url):
    scheme, host = url.split("://")
    bucket, _, rest = host.partition(".")
    keys = {"COS_SECRET_ID": "id", "COS_SECRET_KEY": "key", "COS_SCHEME": scheme, "COS_RETRY": "0"}
    where = {"COS_REGION": "ap-x"} if rest.endswith("myqcloud.com") else {"COS_REGION": "ap-x", "COS_IP": host}
    command = [cli, "head", bucket if rest.endswith("myqcloud.com") else "b-1250000000", "key"]
    done = subprocess.run(command, env={**keys, **where, **environment}, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0, done
    return done.stderr


def main(cli):
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name == "REQUEST_METHOD"]:
        del os.environ[name]
    proxies = {name: Proxy() for name in "ABC"}

    def value(text):
        kind, _, name = text.rpartition(":")
        if name not in proxies:
            return text
        start = {"": "http://", "USER": "http://us%40er:p%2Fw@", "BARE": ""}[kind]
        return start + proxies[name].address

    def seen():
        found = {name: proxy.seen[:] for name, proxy in proxies.items() if proxy.seen}
        for proxy in proxies.values():
            proxy.seen.clear()
        return found

    compared = 0
    for row, urls in TABLE:
        environment = {name: value(text) for name, text in row.items()}
        for url in urls:
            ask_requests(environment, url)
            theirs = seen()
            said = ask_this(cli, environment, url)
            ours = seen()
            assert ours == theirs, f"{row} for {url}: requests {theirs}, this SDK {ours}\n{said}"
            compared += 1
    # What requests says no to, too.
    for url in BOTH:
        said = ask_this(cli, {"all_proxy": "socks5://127.0.0.1:1"}, url)
        assert "all_proxy: socks5 proxies are not supported" in said, said
    print(f"{compared} requests go the same way")


if __name__ == "__main__":
    main(sys.argv[1])
