"""A Prometheus and an Alertmanager of our own, Debian's, on free ports: with a past, with rules, with each other."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from tests.servers.programs import free_port, program

START_S = 20.0
RULES = """groups:
- name: shop
  interval: 1s
  rules:
  - {alert: CheckoutErrors, expr: vector(15), labels: {namespace: shop, service: checkout, severity: critical}, annotations: {summary: checkout answers with errors}}
  - {alert: CheckoutErrors, expr: vector(1), labels: {namespace: other, severity: warning}}
  - {alert: Soon, expr: vector(1), for: 10m, labels: {namespace: shop, severity: warning}}
"""
ROUTES = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


class Monitoring:
    """`past` are lines of OpenMetrics with their times; the rules fire from the start on."""

    def __init__(self, folder: Path, past: Iterable[str]) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen] = []
        names = ("prometheus", "prometheus-alertmanager", "promtool")
        self._prometheus, self._alertmanager, self._promtool = map(program, names)
        ports = [free_port() for _ in range(2)]
        self.prometheus_url, self.alertmanager_url = (f"http://127.0.0.1:{port}" for port in ports)
        (folder / "past.txt").write_text("\n".join([*past, "# EOF\n"]))

    def start(self) -> None:
        data = self._folder / "data"
        self._done(
            self._promtool, "tsdb", "create-blocks-from", "openmetrics", self._folder / "past.txt", data
        )
        (self._folder / "rules.yml").write_text(RULES)
        (self._folder / "routes.yml").write_text(ROUTES)
        targets = [{"static_configs": [{"targets": [self.alertmanager_url.removeprefix("http://")]}]}]
        every = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config = {"global": every, "rule_files": ["rules.yml"], "alerting": {"alertmanagers": targets}}
        (self._folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        self._run(
            self._alertmanager, f"--config.file={self._folder}/routes.yml", f"--storage.path={self._folder}/am",
            f"--web.listen-address={self.alertmanager_url[7:]}", "--cluster.listen-address=",
        )  # fmt: skip
        self._run(
            self._prometheus, f"--config.file={self._folder}/prometheus.yml", f"--storage.tsdb.path={data}",
            f"--web.listen-address={self.prometheus_url[7:]}", "--storage.tsdb.retention.time=10y",
            "--rules.alert.resend-delay=1s",  # it finds its Alertmanager some seconds after the rules fire
        )  # fmt: skip
        for url in (self.alertmanager_url, self.prometheus_url):
            _wait(f"{url}/-/ready")

    def _done(self, *command: object) -> None:
        subprocess.run([str(word) for word in command], check=True, capture_output=True)

    def _run(self, *command: object) -> None:
        words = [str(word) for word in command]
        self._running.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def stop(self) -> None:
        for one in self._running:
            one.kill()
            one.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)


def _wait(url: str) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
        time.sleep(0.05)
