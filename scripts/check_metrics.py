#!/usr/bin/env python3
"""Reads the files of --metrics with the parsers of Prometheus' Python client: OpenMetrics, and the older text that node exporter reads.
Both must find the same metrics, and the numbers must be those of the summary. A run that fails keeps the time of the last success.

    check_metrics.py --bin target/debug
"""
import argparse
import json
import subprocess
import tempfile
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
    print("metrics: both parsers agree, a failed run keeps the last success")


if __name__ == "__main__":
    main()
