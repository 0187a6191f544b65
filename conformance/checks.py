"""Counting: every script prints one line per check and ends in `N passed, N failed`."""

import sys
import time
import traceback


class Checks:
    """The checks of one script, counted as they are made."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, ok, detail=""):
        """One check: `ok` decides, `detail` is shown when it failed."""
        if ok:
            self.passed += 1
            print(f"ok    {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {name}  {detail}", flush=True)
        return bool(ok)

    def gap(self, name, why):
        """What cannot be seen on this server yet, and why; neither passed nor failed."""
        print(f"gap   {name}: {why}", flush=True)

    def equal(self, name, got, want):
        """One check that two values are the same; both are shown when they are not."""
        return self.check(name, got == want, f"\n        got  {got!r}\n        want {want!r}")

    def run(self, name, body):
        """Runs `body`; an exception is a failed check with its last line as the reason."""
        try:
            body()
        except Exception as error:  # a check must not hide the ones after it
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.check(name, False, f"{type(error).__name__}: {error} ({where.name}:{where.lineno})")

    def finish(self):
        """Prints the totals and leaves with 0 when nothing failed."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)


def eventually(condition, seconds=10.0):
    """True as soon as `condition()` is; False when it is not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
