"""Nginx as deploy/nginx.conf sets it up, on other ports, with a certificate of its own, and without being root."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from _servers import is_listening

from digitlab.settings import ROOT

FILE = ROOT / "deploy" / "nginx.conf"
_PATIENCE = 60.0  # seconds
# What is needed beside the file: all in one process and one folder.
_AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/digitlab.conf;
}}
"""


def program(name: str) -> str | None:
    """Return the path of a program, also where only root finds it; None if it is not installed."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@contextmanager
def nginx(folder: Path, port: int, page_ports: Sequence[int]) -> Iterator[str]:
    """Start nginx in a folder of its own in front of two page processes; gives its address.

    The two may be the same one.
    """
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    command = [_path("openssl"), *make.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    replaced = {"443 ssl": f"127.0.0.1:{port} ssl", "8501": str(page_ports[0]), "8502": str(page_ports[1])}
    replaced |= {"/etc/ssl/digits.example.org.pem": str(certificate), "/etc/ssl/digits.example.org.key": str(key)}
    found = re.compile("|".join(map(re.escape, replaced)))  # at once: a port may have another one's digits
    assert set(found.findall(FILE.read_text())) == set(replaced)
    (folder / "digitlab.conf").write_text(found.sub(lambda old: replaced[old[0]], FILE.read_text()))
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder))
    log = folder / "error.log"
    process = subprocess.Popen([_path("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", log])
    try:
        end = time.monotonic() + _PATIENCE
        while process.poll() is None and not is_listening(port) and time.monotonic() < end:
            time.sleep(0.02)
        assert process.poll() is None, log.read_text()
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _path(name: str) -> str:
    found = program(name)
    if found is None:
        sys.exit(f"{name} is not installed (Debian: apt-get install {name}).")
    return found
