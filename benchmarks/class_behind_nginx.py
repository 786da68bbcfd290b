"""A class behind nginx, one of whose two page processes is killed; a hundred people on one process and on two.

    python benchmarks/class_behind_nginx.py [--only restart hundred] [--people 30] [--minutes 10] [--quick]

Each page process runs as docs/deploy.md says: both have one database, each has a worker, nginx stands in front with
deploy/nginx.conf. Each person is a WebSocket session that speaks Streamlit's protocol as a browser does, and comes back
as a browser does when its line breaks (`_lasting_sessions.py`).

restart: people draw a digit about every three seconds, look at the answer, and clear the canvas. Every fifth starts a
    short training about once a minute, one has a long one, every third has saved a digit. In the middle the page
    process that trains the long one is killed with all that it started, and started again 10 seconds later. The table
    tells what people saw, by what they did at that moment (`_restart.py`), and then what is still there of what they
    had: runs with their epochs, networks, saved digits.
hundred: a hundred people draw while one more trains, on one page process and then on two.

It needs nginx and openssl. The last line is a JSON object.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import _canvas
import numpy as np
from _classroom import DIGITLAB, RUN_PATIENCE, Lesson, all_over, epoch_of, lesson, start_long_training
from _lab_behind_nginx import Lab, lab_behind_nginx
from _lasting_sessions import LastingSession
from _restart import Moments, Participant, Seen, restart
from _sessions import Browser, Session, opened, visiting

from digitlab.runs.records.run import Run, RunState
from digitlab.runs.store.store import Store

Figures = dict[str, Any]
LONG = 500  # epochs, the most that may be chosen
DOWN = 10.0  # seconds from the kill to the start


async def with_restart(options: argparse.Namespace) -> Figures:
    """Let a class work while one of its two page processes is killed and started again."""
    people, minutes = (6, 1.0) if options.quick else (options.people, options.minutes)
    with lab_behind_nginx(2) as lab:
        moments = Moments(time.monotonic() + 60 * minutes)
        participants = [Participant(lab, number, moments) for number in range(people)]
        async with opened(LastingSession(participants[0].browser, "train"), RUN_PATIENCE) as tab:
            await start_long_training(tab, DIGITLAB, LONG)
            print("the long training has begun", flush=True)
            moments.end = time.monotonic() + 60 * minutes
            place = await asyncio.to_thread(place_of_training, lab)
            away, *_ = await asyncio.gather(
                restart(lab, place, moments, moments.end - 30 * minutes, DOWN),
                *(participant.attend() for participant in participants),
            )
            long = {"epoch_shown": epoch_of(tab), "breaks": [asdict(gap) for gap in tab.breaks]}
        print("the class is over", flush=True)
        await stop_training(participants[0])
        left = await what_is_left(lab, participants)
        traceback = "Traceback" in lab.log
        if traceback:
            print(lab.log[-3000:], file=sys.stderr)
    seen = [participant.seen for participant in participants]
    print(f"{people} people, {minutes:g} minutes; the process was away for {away:.1f} s", flush=True)
    kinds = table(seen)
    whole = whole_class(seen)
    print_figures("class", whole)
    print_figures("afterwards", left)
    print_errors(error for person in seen for error in person.lesson.errors)
    return {
        "people": people,
        "minutes": minutes,
        "away_s": away,
        "kinds": kinds,
        **whole,
        **left,
        "long": long,
        "traceback": traceback,
        "seen": [{**asdict(person), "lesson": None} for person in seen],
    }


async def stop_training(participant: Participant) -> None:
    """Stop a person's training, in a new tab."""
    async with opened(LastingSession(participant.browser, "train?run=1"), RUN_PATIENCE) as tab:
        if tab.page.has("button", "Stop"):
            await tab.press("Stop", is_waiting=False)
            await tab.until(lambda: not tab.page.has("button", "Stop"), RUN_PATIENCE)


def place_of_training(lab: Lab) -> int:
    """Return which page process' worker trains."""
    store = lab.store()
    worker = next((beat.worker for beat in store.last_heartbeats()), "")
    store.close()
    return lab.place_of(worker)


def table(seen: Sequence[Seen]) -> Figures:
    """Print and return what people of each kind saw: what they did, and whether their process was the one."""
    kinds: Figures = {}
    for pose in sorted({person.pose for person in seen}):
        for was_moved in (True, False):
            alike = [person for person in seen if person.pose == pose and person.was_moved == was_moved]
            if alike:
                name = f"{pose}, {'moved' if was_moved else 'stayed'}"
                kinds[name] = kind(alike)
                print_figures(f"{name:16}", kinds[name])
    return kinds


def kind(alike: Sequence[Seen]) -> Figures:
    """Return what people of one kind saw."""
    return {
        "people": len(alike),
        "line_s": spread(person.line_seconds for person in alike),
        "page_s": spread(person.page_seconds for person in alike),
        "page_not_run": sum(person.was_moved and person.page_seconds is None for person in alike),
        "answer_in_progress_s": spread(person.answer_seconds for person in alike),
        "first_answer_s": spread(person.first_answer_seconds for person in alike),
        "drawing_kept": share(person.has_kept_drawing for person in alike),
        "restored": share(person.is_restored for person in alike),
        "reloads": sum(person.reloads for person in alike),
        "pressed_again": sum(person.pressed_again for person in alike),
        "errors": sum(len(person.lesson.errors) for person in alike),
    }


def spread(seconds: Iterable[float | None]) -> str:
    """Return median and largest of what is known."""
    known = [value for value in seconds if value is not None]
    return f"{statistics.median(known):.1f} ({max(known):.1f})" if known else "-"


def share(answers: Iterable[bool | None]) -> str:
    """Return how many of those that are known are true."""
    known = [answer for answer in answers if answer is not None]
    return f"{sum(known)} of {len(known)}" if known else "-"


def whole_class(seen: Sequence[Seen]) -> Figures:
    """Return the answers of all people together."""
    together = Lesson()
    for person in seen:
        together.seconds += person.lesson.seconds
        together.correct += person.lesson.correct
        together.errors += person.lesson.errors
    return together.figures() if len(together.seconds) > 1 else {"errors": len(together.errors)}


async def what_is_left(lab: Lab, participants: Sequence[Participant]) -> Figures:
    """Wait until all runs are over, and count what is missing of what people had."""
    store = lab.store()
    titles = [title for participant in participants for title in participant.seen.started]
    runs = await all_over(store, len(titles) + 1)
    own = {participant.id for participant in participants}
    found = Counter(run.title for run in runs)
    saved = [sum(store.drawings.counts(participant.person)) for participant in participants]
    figures = {
        "runs_shown": len(titles) + 1,
        "runs": len(runs),
        "runs_lost": sum(title not in found for title in titles),
        "runs_twice": sum(count > 1 for count in found.values()),
        "runs_not_done": [f"{run.title}: {run.state} {run.message}" for run in runs if not is_done(run)],
        "runs_of_others": sum(run.owner not in own for run in runs),
        "epochs_missing": [run.title for run in runs if not has_all_epochs(run, store)],
        "runs_started_again": sum(run.attempt > 0 for run in runs),
        "networks_missing": await networks_missing(lab, participants, runs),
        "digits_saved": sum(participant.seen.saved for participant in participants),
        "digits_found": sum(saved),
    }
    store.close()
    return figures


def is_done(run: Run) -> bool:
    """Whether a run ended as its person wanted, with a network."""
    return run.state in (RunState.FINISHED, RunState.STOPPED) and run.model is not None


def has_all_epochs(run: Run, store: Store) -> bool:
    """Whether no epoch is missing up to the last one, which is that of the settings where the run was not stopped."""
    epochs = [metrics.epoch for metrics in store.epochs.all(run.number)]
    wanted = run.config.epochs if run.state is RunState.FINISHED else len(epochs)
    return epochs == list(range(1, wanted + 1))


async def networks_missing(lab: Lab, participants: Sequence[Participant], runs: Sequence[Run]) -> list[str]:
    """Return the titles of people's networks that their Start page does not offer."""
    missing = []
    for participant in participants:
        titles = [run.title for run in runs if run.owner == participant.id and run.model]
        if titles:
            async with opened(LastingSession(participant.browser, "")) as tab:
                offered = "\n".join(tab.page.find("selectbox", "Read by").proto.options)
            missing += [title for title in titles if title not in offered]
    return missing


async def hundred(options: argparse.Namespace) -> Figures:
    """Let a class draw while one more trains, on one page process and on two."""
    people, seconds = (6, 8.0) if options.quick else (100, options.seconds)
    figures: Figures = {"people": people}
    for processes in (1, 2):
        with lab_behind_nginx(processes) as lab:
            figures[f"on_{processes}"] = await drawing(lab, people, seconds)
        print_figures(f"{people} people on {processes}", figures[f"on_{processes}"])
    alone, two = figures["on_1"], figures["on_2"]
    figures["ratio_p50"], figures["ratio_p95"] = (two[name] / alone[name] for name in ("p50_ms", "p95_ms"))
    print(f"two processes against one: median {figures['ratio_p50']:.2f}, 95 % {figures['ratio_p95']:.2f}", flush=True)
    return figures


async def drawing(lab: Lab, people: int, seconds: float) -> Figures:
    """Let people draw while one more trains."""
    async with visiting(lab.url, "train", RUN_PATIENCE) as trainer:
        await start_long_training(trainer, DIGITLAB)
        await warm_up(lab)
        before = epoch_of(trainer)
        result = await lesson(DIGITLAB, lab, people, seconds)
        errors = result.errors + trainer.all_errors
        print_errors(errors)
        return {
            **result.figures(),
            "megabytes": result.megabytes,
            "epochs": epoch_of(trainer) - before,
            "errors": len(errors),
        }


async def warm_up(lab: Lab) -> None:
    """Let each page process load what it loads only once: new people draw until all processes have had one."""
    met: set[str] = set()
    while met != set(map(str, lab.ports)):
        browser = Browser(lab.url)
        async with opened(Session(browser, ""), RUN_PATIENCE) as tab:
            await tab.draw(_canvas.digit("7", np.random.default_rng(0)))
        met.add(browser.cookies["digitlab_process"])


def print_figures(name: str, figures: Figures) -> None:
    """Print figures in a line."""
    shown = ((key, round(value, 2) if isinstance(value, float) else value) for key, value in figures.items())
    print(f"{name}:", ", ".join(f"{key} {value}" for key, value in shown), flush=True)


def print_errors(errors: Iterable[str]) -> None:
    """Print the most frequent errors, each with its count."""
    for text, count in Counter(errors).most_common(8):
        print(f"  {count} x {text[:300]}", flush=True)


PARTS: dict[str, Callable[[argparse.Namespace], Awaitable[Figures]]] = {"restart": with_restart, "hundred": hundred}


async def measure(options: argparse.Namespace) -> None:
    """Measure the chosen parts, and end with one line of JSON."""
    print(json.dumps({name: await PARTS[name](options) for name in options.only}))


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--people", type=int, default=30, help="in restart")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long restart takes")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the hundred draw, on each side")
    parser.add_argument("--quick", action="store_true", help="a quick trial whose figures mean nothing")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
