"""A headless Chromium, spoken to over its DevTools pipe: no library is needed, and no port is open."""

import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

LIMIT_SECONDS = 60


class BrowserError(Exception):
    """The browser did not start, did not answer, or refused."""


def _moved(descriptor):
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100)
    os.close(descriptor)
    return copy


class Browser:
    """One browser with one tab; use it in a `with`."""

    def __init__(self, program="chromium"):
        path = shutil.which(program)
        if path is None:
            raise BrowserError(f"there is no '{program}': make test-page installs it")
        self._profile = tempfile.TemporaryDirectory(prefix="powercut-page-", ignore_cleanup_errors=True)
        to_browser, self._output = os.pipe()
        self._input, from_browser = os.pipe()
        # Out of the way of the descriptors that it wants.
        to_browser, from_browser = (_moved(number) for number in (to_browser, from_browser))
        # Chromium reads what it is told from descriptor 3, and answers on 4.
        command = (
            f'exec "$@" 3<&{to_browser} 4>&{from_browser} {to_browser}<&- {from_browser}>&-'
        )
        self._process = subprocess.Popen(
            ["bash", "-c", command, "bash", path, "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}", "about:blank"],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._bytes = b""
        self._number = 0
        self._session = None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._session = None
            self.call("Browser.close")
        except BrowserError:
            self._process.kill()
        self._process.wait()
        os.close(self._output)
        os.close(self._input)
        self._profile.cleanup()

    def call(self, method, **parameters):
        """Asks for one thing and waits for its answer; events that come meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self._output, rest):]
        while True:
            answer = self._read()
            if answer.get("id") != self._number:
                self.events.append(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error'].get('message')}")
            else:
                return answer["result"]

    def open(self, url, width, height=900, scripts=True, scheme="light", media=""):
        """Opens a page; the events of its loading are in `events` then."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def value(self, expression):
        """What an expression in the page comes to."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails'].get('text')}")
        return answer["result"].get("value")

    def _read(self):
        end = time.monotonic() + LIMIT_SECONDS
        while b"\0" not in self._bytes:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._input], [], [], left)[0]:
                raise BrowserError(f"no answer for {LIMIT_SECONDS} s")
            received = os.read(self._input, 1 << 16)
            if not received:
                raise BrowserError("it has ended")
            self._bytes += received
        message, self._bytes = self._bytes.split(b"\0", 1)
        return json.loads(message)
