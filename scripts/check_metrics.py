#!/usr/bin/env python3
"""Reads the files of --metrics with the parsers of Prometheus' Python client: OpenMetrics, and the older text that node exporter reads.
Both must find the same metrics, and the numbers must be those of the summary. A run that fails keeps the time of the last success; one that goes on
is told apart, and one that is killed leaves a file that says when it was written.

    check_metrics.py --bin target/debug
"""
import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format

SAMPLE = Path(__file__).resolve().parent.parent / "tests/data/sample.ndjson"


def read(path):
    """Samples by name and labels, as both parsers have them."""
    text = path.read_text(encoding="utf-8")
    found = [{(s.name, tuple(sorted(s.labels.items()))): s.value for family in parse(text) for s in family.samples}
             for parse in (openmetrics, text_format)]
    assert found[0] == found[1], path
    return found[0]


def value(samples, name, **labels):
    fits = [v for (sample, given), v in samples.items() if sample == name and labels.items() <= dict(given).items()]
    assert len(fits) == 1, (name, labels, samples)
    return fits[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    binaries = parser.parse_args().bin.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        filter_, convert, sink = (folder / f"{name}.prom" for name in ("filter", "convert", "sink"))
        line = f"""{binaries}/syn-filter --metrics {filter_} {SAMPLE} |
            {binaries}/syn-convert --to yolo --task segment --images omit --log-format json --metrics {convert} 2> {folder}/log |
            {binaries}/syn-sink --metrics {sink} {folder}/out"""
        subprocess.run(["bash", "-o", "pipefail", "-c", line], check=True, capture_output=True)
        summary = json.loads((folder / "log").read_text().splitlines()[-1])
        filtered, converted, sunk = read(filter_), read(convert), read(sink)
        assert value(filtered, "synpipe_items_selected", stage="filter") == 24
        for outcome in ("written", "skipped", "failed", "lossy"):
            assert value(converted, "synpipe_annotations", outcome=outcome) == summary[outcome], outcome
        for code, n in summary["reasons"]["skipped"].items():
            assert value(converted, "synpipe_annotation_losses", reason=code) == n, code
        assert value(sunk, "synpipe_files", stage="sink") > 24 and value(sunk, "synpipe_exit_code") == 0
        success = value(sunk, "synpipe_last_success_timestamp_seconds")
        # The place is taken now.
        done = subprocess.run(["bash", "-c", f"{binaries}/syn-convert -q --to csv {SAMPLE} | {binaries}/syn-sink --metrics {sink} {folder}/out"],
                              capture_output=True, check=False)
        assert done.returncode == 6, done.stderr
        failed = read(sink)
        assert value(failed, "synpipe_exit_code") == 6 and value(failed, "synpipe_last_success_timestamp_seconds") == success
        killed(binaries, filter_)
    print("metrics: both parsers agree, a failed run keeps the last success, one that is killed is known")


def killed(binaries, file):
    """A run that goes on, and is killed."""
    before = read(file)
    success = value(before, "synpipe_last_success_timestamp_seconds")
    run = subprocess.Popen([binaries / "syn-filter", "-q", "--metrics", file, "-o", "/dev/null"], stdin=subprocess.PIPE)
    run.stdin.write(b'{"@stream":"begin","kind":"items"}\n{"id":1}\n{"id":2}\n')
    run.stdin.flush()
    limit = time.time() + 30
    while not value(read(file), "synpipe_running"):
        assert time.time() < limit, "no metrics of a run that goes on"
        time.sleep(0.05)
    during = read(file)
    run.kill()
    run.wait()
    assert read(file) == during and value(during, "synpipe_items") == 2, during
    assert value(during, "synpipe_last_success_timestamp_seconds") == success and value(during, "synpipe_exit_code") == 0
    assert value(during, "synpipe_updated_timestamp_seconds") > value(during, "synpipe_last_run_timestamp_seconds") == success
    subprocess.run([binaries / "syn-filter", "-q", "--metrics", file, "-o", "/dev/null", SAMPLE], check=True)
    assert value(read(file), "synpipe_running") == 0


if __name__ == "__main__":
    main()
