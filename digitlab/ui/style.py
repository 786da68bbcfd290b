"""The style sheet of the app's own pieces of page, and the theme."""

import streamlit as st

_STYLE = """
<style>
.digitlab-bars { list-style: none; margin: 0; padding: 0; font-variant-numeric: tabular-nums; }
.digitlab-bars li { display: flex; align-items: center; gap: .6rem; height: 1.65rem; margin: 0; opacity: .85; }
.digitlab-bars li.read { opacity: 1; font-weight: 600; }
.digitlab-bars i { flex: 1; height: .85rem; border-radius: .25rem; background: rgba(128, 140, 155, .22); }
.digitlab-bars u { display: block; height: 100%; border-radius: .25rem; background: #7d8da1; }
.digitlab-bars li.read u { background: #d55e00; }
.digitlab-bars span { width: 3.6rem; text-align: right; }
.digitlab-bars { max-width: 34rem; }
.digitlab-answer { display: flex; align-items: center; gap: 1rem; min-height: 5.5rem; }
.digitlab-answer strong { font-size: 5rem; line-height: 1; font-variant-numeric: tabular-nums; }
.digitlab-answer.number { flex-wrap: wrap; gap: .25rem 1rem; padding-bottom: .5rem; }
.digitlab-answer.number strong { font-size: 3.6rem; letter-spacing: .04em; overflow-wrap: anywhere; }
.digitlab-boxes { position: relative; max-width: 358px; margin-bottom: .75rem; }
.digitlab-boxes img { display: block; width: 100%; border-radius: .25rem; }
.digitlab-boxes i { position: absolute; border: 2px solid #e69f00; border-radius: .2rem; }
.digitlab-boxes b { position: absolute; left: -2px; bottom: 100%; padding: 0 .35rem; font: 600 .8rem/1.3 sans-serif;
    color: #17212e; background: #e69f00; border-radius: .2rem .2rem 0 0; }
.digitlab-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: .75rem; }
.digitlab-cards figure { margin: 0; }
.digitlab-cards img { image-rendering: pixelated; width: 100%; aspect-ratio: 1; display: block; border-radius: .25rem; }
.digitlab-cards figcaption { font-size: .85rem; padding: .25rem 0; font-variant-numeric: tabular-nums; }
.digitlab-columns { display: flex; align-items: end; gap: 2px; height: 3.4rem; }
.digitlab-columns span { flex: 1; display: flex; flex-direction: column; justify-content: end; height: 100%;
    text-align: center; font-size: .65rem; line-height: 1.1; }
.digitlab-columns u { display: block; min-height: 1px; background: #7d8da1; border-radius: 2px 2px 0 0; }
.digitlab-columns .read { font-weight: 700; }
.digitlab-columns .read u { background: #d55e00; }
.digitlab-readers { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: .75rem; }
.digitlab-readers figure { margin: 0; padding: .6rem .75rem; border: 1px solid rgba(128, 140, 155, .35);
    border-radius: .5rem; min-width: 0; }
.digitlab-readers figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.digitlab-readers figure > div:not(.digitlab-columns) { display: flex; align-items: baseline; gap: .6rem;
    min-height: 3.4rem; flex-wrap: wrap; }
.digitlab-readers strong { font-size: 2.4rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.digitlab-steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1.25rem; }
.digitlab-steps .shown { height: 150px; background: #000; border-radius: .25rem; display: flex; align-items: center;
    justify-content: center; padding: 8px; }
.digitlab-steps .shown img { width: 100%; height: 100%; object-fit: contain; image-rendering: pixelated; }
.digitlab-steps p { margin: .4rem 0; font-size: .9rem; }
.digitlab-steps .without { display: flex; gap: .6rem; align-items: center; font-size: .85rem; }
.digitlab-steps .without img { image-rendering: pixelated; width: 56px; height: 56px; border-radius: .25rem; }
.digitlab-seen img { image-rendering: pixelated; width: 112px; height: 112px; border-radius: .25rem; display: block; }
.digitlab-tally { display: flex; gap: 4px; max-width: 358px; font-variant-numeric: tabular-nums; }
.digitlab-tally span { flex: 1; height: 6.2rem; display: flex; flex-direction: column; justify-content: end;
    align-items: center; border-radius: .25rem; }
.digitlab-tally b { font-size: .8rem; font-weight: 400; opacity: .75; }
.digitlab-tally u { width: 70%; min-height: 2px; background: #7d8da1; border-radius: 2px 2px 0 0; }
.digitlab-tally .wanted { font-weight: 700; background: rgba(128, 140, 155, .18); }
.digitlab-tally .wanted u { background: #d55e00; }
[data-testid=stMain]:has(.digitlab-request):focus-visible { outline: none; box-shadow: none; }
.digitlab-request { font-size: 1.6rem; font-weight: 600; line-height: 1.2; }
.digitlab-small { image-rendering: pixelated; width: 36px; height: 36px; border-radius: .25rem; display: block; }
.digitlab-seen.large img { width: min(280px, 100%); height: auto; aspect-ratio: 1; }
</style>
"""


def apply() -> None:
    """Add the style sheet to the page."""
    st.html(_STYLE)


def is_dark() -> bool:
    """Whether the page is shown in the dark theme."""
    return st.context.theme.type == "dark"
