"""An audit of training loops: where rate or clock are not what was meant, what the loss says.

    with watch(optimizer, schedule, scheduler) as seen:
        ...
    print(seen.report)

or, from a log, `python -m lrlib audit run.csv --schedule "WSD(...)"`.
"""

from lrlib.bridge.audit.comparison import Setting
from lrlib.bridge.audit.logs import read_log
from lrlib.bridge.audit.loss import find_spikes
from lrlib.bridge.audit.report import Report, audit
from lrlib.bridge.audit.trace import KINDS, Finding, Trace
from lrlib.bridge.audit.watching import watch

__all__ = [
    "audit",
    "watch",
    "read_log",
    "find_spikes",
    "Trace",
    "Setting",
    "Report",
    "Finding",
    "KINDS",
]
