#!/usr/bin/env bash
# Builds the sink and the clients, runs the workloads and prints the results as markdown; see README.md.
#   bench/run.sh [--rounds N] [--small] [--json FILE] [w1 w2 ...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
export BENCH_BUILT="$CARGO_TARGET_DIR/release"
memory=/dev/shm
[ -w "$memory" ] || memory="${TMPDIR:-/tmp}"
export BENCH_DIR="${BENCH_DIR:-$memory/qcloud-cos-bench}"
venv="${BENCH_VENV:-$CARGO_TARGET_DIR/bench-venv}"
export BENCH_PYTHON="$venv/bin/python"

{
    # One by one, so that none gets the cargo features of another's dependencies.
    cargo build --locked --release --quiet -p bench-sink
    cargo build --locked --release --quiet -p bench-floor
    cargo build --locked --release --quiet -p bench-client --features "${BENCH_FEATURES-encryption}"
    if [ ! -x "$BENCH_PYTHON" ]; then
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check -r ../tests/python/requirements.txt
    fi
} >&2

echo "$(nproc) cores ($(sed -n 's/^model name\t*: //p' /proc/cpuinfo | head -1))," \
    "Linux $(uname -r | cut -d. -f1,2), $(rustc --version | cut -d' ' -f1,2), $("$BENCH_PYTHON" --version)," \
    "$("$venv/bin/pip" freeze --disable-pip-version-check | grep -i cos.python.sdk)"
exec python3 bench.py "$@"
