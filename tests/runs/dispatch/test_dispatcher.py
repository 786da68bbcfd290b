import os
import socket
import subprocess
import sys
import time

from digitlab.runs.dispatch.dispatcher import HeartbeatMonitor
from digitlab.runs.dispatch.worker_names import is_gone_from_here
from digitlab.runs.records.run import LastHeartbeat


def heartbeat(at=1.0, worker="elsewhere/1/x"):
    return LastHeartbeat(number=1, attempt=0, worker=worker, heartbeat=at)


def test_a_run_is_lost_when_the_same_sign_was_seen_for_long():
    monitor = HeartbeatMonitor(lost_after=0.05)
    assert monitor.lost([heartbeat()]) == []
    time.sleep(0.1)
    assert monitor.lost([heartbeat(2.0)]) == []
    time.sleep(0.1)
    assert monitor.lost([heartbeat(2.0)]) == [heartbeat(2.0)]


def test_a_clock_that_is_wrong_by_years_loses_nothing():
    assert HeartbeatMonitor().lost([heartbeat(at=-1e9)]) == []


def test_while_the_record_was_away_nobody_could_give_a_sign():
    monitor = HeartbeatMonitor(lost_after=0.05)
    monitor.lost([heartbeat()])
    time.sleep(0.1)
    monitor.reset()
    assert monitor.lost([heartbeat()]) == []


def test_a_process_of_this_machine_is_missed_at_once():
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    gone = f"{socket.gethostname()}/{ended.pid}/x"
    assert is_gone_from_here(gone)
    assert not is_gone_from_here(f"{socket.gethostname()}/{os.getpid()}/x")
    assert not is_gone_from_here(f"elsewhere/{ended.pid}/x")
    assert HeartbeatMonitor().lost([heartbeat(worker=gone)]) == [heartbeat(worker=gone)]
