"""The script that reads while the pen moves, on an empty page without the app, its server and its clock made up."""

import pytest

from digitlab.ui.live_reading import SCRIPT

INVITATION = "<span>Draw a digit.</span>"
REASONS = {"busy": "busy", "slow": "slow", "gone": "gone", "refused": "refused"}
READ = {"digits": "7", "answer": "<strong>7</strong>", "bars": "<li>7</li>", "image": "data:,"}
NUMBER = READ | {"digits": "17", "answer": "<strong>17</strong>", "bars": ""}
NOTHING = READ | {"digits": "", "answer": "", "bars": "<li></li>", "layers": ["AA=="]}
# Draws strokes; each is a list of what comes of one request after another: [status, milliseconds, reply]. A status of 0
# means that the server is gone, 1 that it answers too late, 2 that it has not answered as the pen is lifted, 9 that so
# much time passes before the next request.
DRAW = """async ({ script, strokes, data }) => {
  const wait = window.setTimeout.bind(window), tick = (ms) => new Promise((done) => wait(done, ms))
  let now = 0, never = null, asked = 0, came = null
  performance.now = () => now
  window.requestAnimationFrame = (act) => wait(act, 0)
  window.setTimeout = (act, ms) => ms < 2000 ? wait(act, 0) : (never = act, 0)
  window.fetch = (address, { signal }) => new Promise((done, fail) => {
    const [status, milliseconds, reply] = came
    asked += 1
    now += milliseconds
    signal.addEventListener("abort", () => fail(signal.reason))
    if (status === 0) fail(new TypeError("Failed to fetch"))
    else if (status === 1) never()
    else if (status !== 2) done(new Response(typeof reply === "string" ? reply : JSON.stringify(reply), { status }))
  })
  document.body.innerHTML = `<div data-testid=stBidiComponentIsolated></div><div id=reader><p></p></div>
    <div class=st-key-draw-answer><div class=digitlab-answer>old</div><ol class=digitlab-bars>old</ol></div>`
  const root = document.querySelector("[data-testid]").attachShadow({ mode: "open" })
  root.innerHTML = "<div><canvas class=lower-canvas></canvas><canvas class=upper-canvas></canvas></div>"
  const canvas = root.querySelector(".upper-canvas"), layers = []
  const send = (name) => canvas.dispatchEvent(new MouseEvent(name, { bubbles: true, composed: true }))
  window.addEventListener("digitlab-layers", ({ detail }) => layers.push(detail))
  const { default: mount } = await import("data:text/javascript," + encodeURIComponent(script))
  mount({ parentElement: document.getElementById("reader"), data })
  const notes = [], note = document.querySelector("p")
  for (const stroke of strokes) {
    came = stroke[0]
    send("mousedown")
    for (const each of stroke) {
      came = each
      if (each[0] === 9) {
        now += each[1]
        continue
      }
      const before = asked
      send("mousemove")
      for (let look = 0; look < 20 && asked === before; look++) await tick(5)
      await tick(10)
    }
    send("mouseup")
    await tick(10)
    notes.push(note.textContent)
  }
  const [answer, bars] = [".digitlab-answer", ".digitlab-bars"].map((part) => document.querySelector(part))
  return { notes, asked, layers, answer: answer.innerHTML, bars: bars.innerHTML, hidden: bars.style.visibility }
}"""


@pytest.fixture
def draw(visitors):
    with visitors.visitor("http://127.0.0.1") as context:
        page = context.new_page()  # its clock is replaced
        data = {"address": "/reading", "isOn": True, "empty": INVITATION, "reasons": REASONS}
        yield lambda *strokes: page.evaluate(DRAW, {"script": SCRIPT, "strokes": strokes, "data": data})


QUICK, SLOW, BUSY = [200, 30, READ], [200, 500, READ], [503, 5, {"error": "Others are being read."}]
GONE, NEVER = [0, 5, None], [1, 2000, None]


def test_an_answer_replaces_the_last_one(draw):
    done = draw([QUICK])
    assert (done["answer"], done["bars"], done["notes"]) == (READ["answer"], READ["bars"], [""])


def test_an_empty_canvas_invites_again_before_the_pen_is_lifted(draw):
    done = draw([QUICK, [200, 30, NOTHING]])
    assert (done["answer"], done["bars"], done["layers"]) == (INVITATION, NOTHING["bars"], [["AA=="]])


def test_the_bars_of_a_digit_go_as_it_becomes_a_number(draw):
    done = draw([QUICK, [200, 30, NUMBER]])
    assert (done["answer"], done["hidden"]) == (NUMBER["answer"], "hidden")


@pytest.mark.parametrize(
    ("answers", "asked", "note"),
    [
        ([BUSY] * 7, 5, "busy"),
        ([SLOW] * 7, 5, "slow"),
        ([NEVER] * 7, 5, "slow"),
        ([[408, 5, {"error": "Not in time."}]] * 7, 5, "slow"),
        ([QUICK, BUSY, QUICK, SLOW, QUICK, QUICK], 6, ""),
        ([GONE] * 3, 1, "gone"),
        ([[502, 5, "<html>"]] * 3, 1, "gone"),
        ([[404, 5, {"error": "There is no such network."}]] * 3, 1, "There is no such network."),
        ([[403, 5, "<html>"]] * 3, 1, "refused"),
        ([[200, 5, "<html>"]] * 3, 1, "refused"),
    ],
    ids=["busy", "slow", "silent", "late", "seldom", "gone", "restarting", "unknown", "forbidden", "foreign"],
)
def test_each_failure_is_told_by_its_reason(draw, answers, asked, note):
    done = draw(answers)
    assert (done["asked"], done["notes"]) == (asked, [note])


@pytest.mark.parametrize(("answers", "rest", "note"), [([GONE], 5_000, "gone"), ([BUSY] * 5, 30_000, "busy")])
def test_it_goes_on_after_a_rest_and_says_nothing_more(draw, answers, rest, note):
    assert draw(answers, [QUICK], [[9, rest, None], QUICK])["notes"] == [note, note, ""]


def test_what_is_refused_is_asked_again_with_the_next_stroke(draw):
    assert draw([[413, 5, {"error": "Too large."}]] * 2, [QUICK])["notes"] == ["Too large.", ""]


def test_a_lifted_pen_is_no_failure(draw):
    assert draw([[2, 5, None]])["notes"] == [""]
