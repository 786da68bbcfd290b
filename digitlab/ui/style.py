"""The style sheet of the app's own pieces of page, and the theme."""

import json

import streamlit as st

from digitlab.translation import _

# `digitlab/server/page_style.py` writes it into the page. A class `st-key-NAME` is that of the element with this key.
SHEET = """
[data-testid=stMainBlockContainer] { max-width: none; }
:lang(ko) [data-testid=stMain] :is(h1, h2, h3, p, li, dd, small, .digitlab-answer) { word-break: keep-all;
    overflow-wrap: break-word; }
[data-testid=stCaptionContainer], [data-testid=stCaptionContainer] :is(p, li) { color: inherit; opacity: 1; }
:is([data-testid=stButtonGroup] [aria-checked=true], [data-testid=stButtonGroup] [aria-pressed=true],
    [data-testid=stTab][aria-selected=true], [data-testid=stSliderThumbValue]) :is(p, span, div),
    [data-testid=stSliderThumbValue] { color: inherit; }
[data-testid=stButtonGroup] :is([aria-checked=true], [aria-pressed=true]), [data-testid=stTab][aria-selected=true],
    [data-testid=stSliderThumbValue] { color: inherit !important; }
[data-testid=stCode] .token.keyword { color: color-mix(in srgb, #1c83e1 60%, currentColor) !important; }
[data-testid=stCaptionContainer] > * { opacity: .82; }
:is([data-testid=stTopNavLink], [data-testid=stTopNavSection], [data-testid=stSidebarNavLink],
    [data-testid=stExpandSidebarButton]):focus-visible { outline: 3px solid #e69f00; outline-offset: 1px; }
.st-key-session-bar { position: fixed; top: 0; right: 3.5rem; height: 3.75rem; width: auto !important; z-index: 999991;
    flex-wrap: nowrap; min-width: 9.4rem; justify-content: end; }
[data-testid=stLayoutWrapper]:has(> .st-key-session-bar) { position: absolute; height: 0; }
.st-key-session-bar > :not(.st-key-language, :has(button)) { position: absolute; }
.st-key-network_field { min-height: 4.25rem; }
.st-key-language { min-width: 9.4rem; }
.st-key-canvas, .st-key-request { width: 100% !important; aspect-ratio: 358 / 320; background: #000;
    border-radius: .5rem; }
.st-key-draw-head { min-height: 2.75rem; }
.st-key-source { min-width: 18.2rem; }
.st-key-source > div { margin-left: auto; }
.st-key-tool { min-width: 10rem; }
.st-key-undo, .st-key-clear { min-width: 5rem; }
.st-key-draw-head h1 { padding: 0; font-size: 1.75rem; }
.st-key-draw-columns { display: grid; gap: 1rem 1.5rem; align-items: start;
    grid-template-columns: minmax(0, 30rem) minmax(0, 1fr) minmax(0, 1fr); min-height: 30.1rem; }
.st-key-draw-columns > * { width: auto !important; min-width: 0; }
.st-key-draw-left { gap: .5rem; }
.st-key-draw-field { aspect-ratio: 358 / 320; }
.st-key-draw-answer { min-height: 23.5rem; }
.st-key-draw-links { min-height: 2.75rem; }
.st-key-draw-seen { min-height: 9.5rem; }
.st-key-live-switches { column-gap: 1rem; }
.st-key-draw-columns:has(.st-key-live-layers) .digitlab-cards {
    grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); }
.st-key-draw-tools { min-height: 2.75rem; }
.st-key-canvas-tools { gap: .25rem; }
.st-key-canvas-tools :is(button, label) { padding-inline: .6rem; }
.st-key-canvas-tools :is(.st-key-pen-width, .st-key-share-drawing) p { font-size: 0; }
@media (max-width: 1040px) {
  .st-key-draw-columns { grid-template-columns: minmax(0, 30rem) minmax(0, 1fr); }
}
@media (max-width: 640px) {
  :is(.stButton, .stPopover, .stDownloadButton, [data-testid=stButtonGroup]) button,
  [data-testid=stButtonGroup] label, [data-testid=stPageLink-NavLink], [data-testid=stExpandSidebarButton],
  [data-testid=stSidebarNavLink], [data-testid=stTab] { min-height: 2.75rem; }
  [data-testid=stMainMenu] button { min-width: 2.75rem; min-height: 2.75rem; }
  .st-key-live-switches label { padding-block: .75rem; margin-block: -.75rem; }
  .stMainBlockContainer:has(.st-key-draw-head) > div { gap: .5rem; }
  .st-key-draw-columns { grid-template-columns: minmax(0, 1fr); gap: .5rem; min-height: calc(90vw + 45rem); }
  .st-key-source { min-width: 10.8rem; }
  .st-key-tool { min-width: 5.5rem; }
  .st-key-undo, .st-key-clear { min-width: 2.75rem; }
  .st-key-draw-head { flex-wrap: nowrap; }
  .st-key-draw-head h1 { font-size: 1.25rem; }
  .st-key-source :is(p, [data-testid=stMarkdownContainer]), .st-key-canvas-tools button p { font-size: 0 !important; }
  .st-key-canvas-tools button { min-width: 2.75rem; padding: 0; }
  .st-key-canvas-tools .stPopover button > div > div:last-child:not(:first-child) { display: none; }
}
@media (max-width: 640px), (max-height: 30rem) {
  .st-key-draw-columns { align-content: start; }
  .st-key-draw-columns :is(.st-key-draw-right, .st-key-draw-beside, .st-key-draw-answer),
  .st-key-draw-columns :has(> :is(.st-key-draw-right, .st-key-draw-beside, .st-key-draw-answer)) { display: contents; }
  .st-key-draw-columns :has(> .st-key-draw-live) { order: 1; }
  .st-key-draw-columns :has(> .st-key-draw-layers) { order: 2; }
  .st-key-draw-answer > :not(:first-child), .st-key-draw-columns :has(> .st-key-draw-links) { order: 3; }
  .st-key-draw-answer > :has([data-testid=stSkeleton]):first-child { height: 5.5rem; overflow: hidden; }
  .st-key-draw-answer > :has([data-testid=stSkeleton]):not(:first-child) { min-height: 16.5rem; }
  .st-key-draw-columns:not(:has(.st-key-draw-answer > *)) :has(> .st-key-draw-live) { margin-top: 6rem; }
  .st-key-draw-columns:not(:has(.st-key-draw-answer > *)) .st-key-network_field { margin-top: 17rem; }
  .st-key-draw-columns:not(:has(.st-key-draw-answer > *, .st-key-draw-live)) .st-key-network_field {
    margin-top: 26.25rem; }
  .st-key-draw-live { min-height: 2.75rem; }
  .st-key-draw-file { min-height: 8rem; }
  .st-key-draw-live:has([data-testid=stSkeleton]) { max-height: 2.75rem; overflow: hidden; }
  .st-key-draw-columns:not(:has(.st-key-draw-answer > :not(:first-child))) :has(> .st-key-draw-links) {
    margin-top: 17rem; }
  .st-key-draw-columns:not(:has(.st-key-draw-answer > *)) :has(> .st-key-draw-links) { margin-top: 23rem; }
  .st-key-draw-beside > :is(.st-key-network_field, :has(> .st-key-draw-seen)) { order: 4; }
}
@media (max-height: 30rem) and (min-width: 30rem) {
  .st-key-draw-columns { min-height: 45rem;
    grid-template-columns: minmax(0, max(14rem, (100vh - 9.5rem) * 1.12)) minmax(0, 1fr); }
  .st-key-draw-columns > :has(> .st-key-draw-left) { grid-row: 1 / span 12; }
}
.digitlab-bars { list-style: none; margin: 0 !important; padding: 0 !important; font-variant-numeric: tabular-nums; }
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
.st-key-glossary-listener, .st-key-upload-refusals, .st-key-learn-memory { position: absolute; }
.digitlab-prose p { margin: 0 0 1rem; }
.digitlab-prose small { display: block; margin: 0 0 1rem; font-size: .875rem; opacity: .85; }
.digitlab-term { position: relative; font-style: inherit; cursor: help; border-radius: .15rem;
    text-decoration: underline dotted; text-decoration-thickness: 1.5px; text-underline-offset: .2em; }
.digitlab-term:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.digitlab-tip { position: absolute; z-index: 1000; left: var(--digitlab-shift, 0); bottom: 100%; display: none;
    box-sizing: border-box; width: max-content; max-width: min(20rem, 85vw); padding: .5rem .75rem;
    color: #ffffff; background: #17212e; border: 1px solid #7d8da1; border-radius: .5rem;
    font-size: .875rem; font-weight: 400; line-height: 1.45; text-align: left; white-space: normal; cursor: auto; }
.digitlab-term.below .digitlab-tip { bottom: auto; top: 100%; }
.digitlab-term:hover .digitlab-tip, .digitlab-term:focus .digitlab-tip { display: block; }
.digitlab-term.closed .digitlab-tip { display: none; }
dl.digitlab-glossary { padding: 0 !important; display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr));
    gap: 1rem 2rem; margin: 0; }
.digitlab-glossary dt { font-weight: 600; }
.digitlab-glossary dd { margin: .15rem 0 0; }
[data-testid=stLayoutWrapper]:has(> .st-key-learn-nav) { position: sticky; bottom: 0; z-index: 50; }
.st-key-learn-nav { padding: .75rem 0; border-top: 1px solid rgba(128, 140, 155, .35);
    background: light-dark(#ffffff, #0f1722); }
.st-key-learn-nav button { min-height: 44px; min-width: 6.5rem; }
[data-testid=stMain]:has(.st-key-learn-nav) { scroll-padding-bottom: 5rem; }
.st-key-learn_path { min-height: 44px; }
.st-key-learn-text { min-height: 6.5rem; }
.st-key-learn-code { min-height: 8rem; }
.st-key-learn-digits { min-height: 23.5rem; }
.st-key-learn-look, .st-key-learn-pick-place, .st-key-learn-pick-pen { min-height: 6rem; }
@media (max-width: 640px) {
    .st-key-learn_path button { padding: 0 .35rem; min-height: 44px; }
    .st-key-learn-text { min-height: 8rem; }
    .st-key-learn-digits { min-height: 30rem; }
    .st-key-learn-look, .st-key-learn-pick-place, .st-key-learn-pick-pen { min-height: 12rem; }
}
[data-testid=stVegaLiteChart] :is(.role-axis, .role-legend) text { fill: currentColor !important; }
.st-key-run-heading { min-height: 2.75rem; }
.st-key-run-state { min-height: 9.5rem; }
.st-key-train-settings, .st-key-search-form { gap: .75rem; }
.st-key-search-title, .st-key-search-buttons { min-height: 2.75rem; }
.st-key-search-form :is(.st-key-search-preset, .st-key-search-name, [class*="-low"], [class*="-high"],
    [class*="search-max_"], .st-key-search-epochs, .st-key-search-training_digits) { min-height: 4.25rem; }
.st-key-run-place { min-height: 37.5rem; }
.st-key-steering-sentence { min-height: 2.3rem; }
.st-key-single-step { min-height: 36rem; }
.digitlab-cards.small { grid-template-columns: repeat(auto-fill, minmax(2.4rem, 1fr)); gap: .25rem .5rem; }
.digitlab-cards.small figcaption { padding: 0; text-align: center; }
.st-key-range-test { min-height: 24rem; }
.st-key-own-figures, .st-key-own-layers { gap: .25rem; }
.st-key-own-picture { min-height: 8rem; }
.st-key-own-totals { min-height: 4.75rem; gap: .25rem; }
.st-key-own-totals .st-key-epoch-time { min-height: 0; }
.st-key-epoch-time { min-height: 1.5rem; }
.st-key-own-layers [role=radiogroup] { gap: 0; }
.st-key-own-layers :is(.stRadio, [role=radiogroup], [role=radiogroup] > div, [role=radiogroup] label),
    .st-key-own-layers [role=radiogroup] :is(label > div, [data-testid=stMarkdownContainer]) { width: 100%; }
.st-key-own-layers :is([role=radiogroup], .st-key-own-last) p { display: flex; gap: .35rem; align-items: baseline;
    font-size: .875rem; font-variant-numeric: tabular-nums; }
.st-key-own-layers p > strong { margin-right: auto; }
.st-key-own-layers [role=radiogroup] label { display: flex; }
.st-key-own-layers [role=radiogroup] label, .st-key-own-last { min-height: 1.875rem; align-items: center;
    padding: 0 .5rem 0 .375rem; border-radius: .375rem; }
.st-key-own-layers [role=radiogroup] label:hover { background: rgba(128, 140, 155, .12); }
.st-key-own-layers [role=radiogroup] label:has(:checked) {
    background: light-dark(rgba(0, 98, 163, .12), rgba(74, 156, 232, .22)); }
.st-key-own-last { justify-content: center; }
[data-testid=stLayoutWrapper]:has(> .st-key-own-tools) { position: sticky; bottom: 0; z-index: 5; padding: .25rem 0;
    background: light-dark(#ffffff, #0f1722); }
[data-testid=stLayoutWrapper]:has(> .st-key-train-settings) { scroll-padding-bottom: 4rem; }
[data-testid=stMain]:has(.st-key-own-tools) { scroll-padding-bottom: 8rem; }
.st-key-own-tools { gap: .25rem; }
.st-key-own-tools button { min-width: 2.75rem; padding: 0; }
.st-key-own-tools button p { font-size: 0 !important; }
.st-key-own-tools button span { gap: 0; margin: 0; }
.st-key-own-fields { display: grid; gap: .5rem .75rem; align-items: end;
    grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); min-height: 4.5rem; }
.st-key-own-fields > * { width: auto !important; min-width: 0; }
.st-key-own-fields .stCheckbox { min-height: 2.5rem; display: flex; align-items: center; }
@media (min-width: 641px) {
  [data-testid=stLayoutWrapper]:has(> .st-key-train-form) { position: sticky; top: 4rem; }
  .st-key-train-form { max-height: calc(100vh - 11rem); flex-wrap: nowrap; gap: .75rem; }
  [data-testid=stLayoutWrapper]:has(> .st-key-train-settings) { flex: 0 1 auto; min-height: 6rem; overflow-y: auto; }
  .st-key-train-form > :not(:has(> .st-key-train-settings)) { flex-shrink: 0; }
  .st-key-train-settings { padding: .5rem .75rem .25rem .25rem; }
}
@media (max-width: 640px) {
  .st-key-draw-columns:not(:has(.st-key-draw-field, .st-key-draw-file)) {
    padding-top: calc((100vw - 2rem) * 320 / 358); }
  [data-testid=stLayoutWrapper]:has(> .st-key-train-start) { position: sticky; bottom: .5rem; z-index: 10; }
  :is(.st-key-train-start, .st-key-search-start, .st-key-search-buttons) button { min-height: 2.75rem; }
  .st-key-search-form :is(.stCheckbox label, [data-testid=stNumberInputContainer]) { min-height: 2.75rem; }
  .st-key-own-layers [role=radiogroup] label { min-height: 2.75rem; align-items: center; }
  [data-testid=stLayoutWrapper]:has(> .st-key-own-tools) { bottom: 3.5rem; }
  .st-key-run-state { min-height: 16rem; }
  .st-key-run-place { min-height: 64.5rem; }
  .st-key-single-step { min-height: 56rem; }
}
.digitlab-small { image-rendering: pixelated; width: 36px; height: 36px; border-radius: .25rem; display: block; }
.digitlab-seen.large img { width: min(280px, 100%); height: auto; aspect-ratio: 1; }
.st-key-network_field, .st-key-seed, .st-key-page, .st-key-sample { min-height: 4.25rem; }
.st-key-understood, .st-key-understand-view, .st-key-browsed_set, .st-key-browsed_digit { min-height: 3.75rem; }
.st-key-explained-picture, .st-key-explained-reading { min-height: 24.5rem; }
.st-key-explanation { min-height: 60rem; }
.st-key-softmax-table { min-height: 25.75rem; }
.st-key-neuron-choice { min-height: 4.25rem; }
.st-key-browse-controls, .st-key-browse-pages { min-height: 4.25rem; }
.st-key-browse-controls button, .st-key-browse-controls [role=radio] { min-height: 2.5rem; }
.st-key-gallery { min-height: 34.5rem; }
.st-key-models-metrics [data-testid=stColumn], .st-key-evaluate-metrics [data-testid=stColumn] { min-height: 6.75rem; }
.st-key-evaluate-metrics [data-testid=stColumn]:first-child,
    :is(.st-key-compared-metrics, .st-key-calibration-metrics, .st-key-threshold-metrics) [data-testid=stColumn] {
    min-height: 8.5rem; }
.st-key-calibration-curve { aspect-ratio: 6 / 5.2; }
.st-key-threshold { min-height: 4.25rem; }
.st-key-keras-code { min-height: 60rem; }
@media (max-width: 1600px) { [class*=st-key-gallery-rows] { min-height: 15rem; } }
.st-key-loading-code { min-height: 10rem; }
@media (min-width: 641px) {
  :is(.st-key-models-links, .st-key-drawings-links):has([data-testid=stSkeleton]) {
    max-height: 1.25rem; overflow: hidden; }
}
.st-key-digit-set, .st-key-compared_field, .st-key-other { min-height: 4.25rem; }
.st-key-numbers { min-height: 2.5rem; }
.st-key-matrix { min-height: 25rem; }
@media (min-width: 1200px) { .st-key-matrix { min-height: 36.5rem; } }
.st-key-per-digit { min-height: 30rem; }
.st-key-preset, .st-key-glossary-search { min-height: 4.25rem; }
.stMultiSelect input { min-width: 1.5rem; min-height: 1.5rem; }
@media (min-width: 641px) {
  .st-key-browse-controls { min-height: 5.25rem; }
  .st-key-browsed_set { min-width: 9.5rem; }
  .st-key-browsed_digit { min-width: 26rem; }
  .st-key-browse-pages > :is(:first-child, :nth-child(3)) { min-width: 7rem; }
}
.st-key-browsed-answer { min-height: 12.5rem; }
.st-key-browse-pages [data-testid=stCaptionContainer] p { line-height: 2.5rem; }
@media (max-width: 640px) {
  .st-key-understand-view { min-height: 8.25rem; }
  .st-key-explained-picture { min-height: 24.75rem; }
  .st-key-neuron-choice { min-height: 9.5rem; }
  .st-key-browse-controls { min-height: 17rem; flex-direction: column; align-items: flex-start; }
  .st-key-browse-controls > * { flex: none !important; }
  .st-key-browse-pages { min-height: 7.75rem; }
  .st-key-browsed_digit { min-height: 7rem; }
  .st-key-gallery { min-height: 57rem; }
  .st-key-preset { min-height: 10.5rem; }
  .st-key-digit-set { min-height: 5.75rem; }
  .st-key-improve-text { min-height: 8rem; }
  .st-key-loading-code { min-height: 16rem; }
  :is(.st-key-models-links, .st-key-drawings-links):has([data-testid=stSkeleton]) {
    max-height: 2.25rem; overflow: hidden; }
  .st-key-understood { min-height: 5.75rem; }
  .st-key-compared_field { min-height: 6.5rem; }
  .st-key-learn-code { min-height: 14.5rem; }
  .st-key-matrix { min-height: 21rem; }
  .st-key-browsed-answer { min-height: 0; }
}
.stMainBlockContainer:has(.st-key-watch-head) > div { gap: .5rem; }
.st-key-watch-head { gap: .5rem 1.5rem; min-height: 4.25rem; }
.st-key-watch-head h1 { padding: 0; font-size: 1.75rem; line-height: 2.5rem; }
.st-key-watch-picture { gap: .5rem 1rem; }
.st-key-watched_source { min-width: 10.8rem; }
.st-key-watched_source [data-testid=stWidgetLabel] { min-height: 1.5rem; }
.st-key-watched_source [role=radio] { min-height: 2.5rem; }
[data-testid=stLayoutWrapper]:has(> .st-key-watch-controls) { position: sticky; top: 3.75rem; z-index: 20; }
.st-key-watch-controls { background: light-dark(#ffffff, #0f1722); padding: .25rem 0; flex-wrap: nowrap; }
[data-testid=stMain]:has(.st-key-watch-controls) { scroll-padding-top: 9rem; }
.st-key-watch-controls { min-height: 4.75rem; }
.st-key-watch-owner { min-height: 2.5rem; }
.st-key-watch-film > :first-child { min-height: 28.25rem; }
.st-key-watch-weights { min-height: 15.75rem; }
@media (min-width: 641px) {
  .st-key-watch-head :is(.st-key-watched_run, .st-key-watched_source, .st-key-digit) { min-height: 4.25rem; }
}
.st-key-watch-play { min-width: 6.5rem; }
.st-key-watch-film { display: grid; gap: 1rem 2rem; align-items: start; margin-bottom: 1rem;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr) minmax(0, 1fr); }
.st-key-watch-film > * { width: auto !important; min-width: 0; }
.st-key-watch-film > * > *, .st-key-watch-map, .st-key-watch-weights, .st-key-watch-curve { gap: .25rem; }
.st-key-watch-map [data-testid=stVegaLiteChart] { min-height: 340px; }
.st-key-watch-curve [data-testid=stVegaLiteChart] { min-height: 150px; }
.st-key-watch-film .digitlab-bars li { height: 1.5rem; }
.st-key-watch-film > :first-child [data-testid=stElementContainer]:first-child:has([data-testid=stSkeleton]) {
    min-height: 4.5rem; }
.st-key-watch-film > :first-child [data-testid=stElementContainer]:nth-child(2):has([data-testid=stSkeleton]) {
    min-height: 15rem; }
.digitlab-film-picture { display: flex; align-items: center; gap: .75rem; min-height: 4.5rem; }
.digitlab-film-picture img { image-rendering: pixelated; width: 72px; height: 72px; border-radius: .25rem; }
.digitlab-film-picture .digitlab-answer { min-height: 0; gap: .75rem; }
.digitlab-film-picture .digitlab-answer strong { font-size: 3.75rem; }
.st-key-watch-weights .digitlab-sheet img { max-width: 100%; max-height: 11.5rem; width: auto; image-rendering: auto; }
.st-key-watch-weights .digitlab-sheet figcaption { padding: 0; }
@media (max-width: 1040px) {
  .st-key-watch-film { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
}
@media (max-width: 640px) {
  .st-key-watch-head { gap: .25rem; min-height: 9.5rem; }
  .st-key-watch-head h1 { font-size: 1.25rem; line-height: 2rem; }
  .st-key-watch-head > * { flex: 0 0 100% !important; }
  .st-key-watched_run [data-testid=stWidgetLabel] { position: absolute; clip-path: inset(50%); }
  .st-key-watched_source [role=radio] { min-height: 2.75rem; }
  .st-key-watch-picture { gap: .5rem; min-height: 4.5rem; align-items: flex-end; }
  .st-key-digit { flex: 0 0 8.5rem !important; }
  .st-key-digit [data-testid=stNumberInputContainer] { height: 2.75rem; }
  .st-key-watch-owner { flex-wrap: nowrap !important; min-height: 2.75rem; }
  .st-key-watch-film { grid-template-columns: minmax(0, 1fr); }
  .st-key-watch-film > :first-child { min-height: 18.4rem; }
  .st-key-watch-film .digitlab-bars li { height: 1.3rem; }
  .st-key-watch-film > :first-child [data-testid=stElementContainer]:first-child:has([data-testid=stSkeleton]) {
    min-height: 3.5rem; }
  .st-key-watch-film > :first-child [data-testid=stElementContainer]:nth-child(2):has([data-testid=stSkeleton]) {
    min-height: 13rem; }
  .digitlab-film-picture, .digitlab-film-picture img { min-height: 0; height: 3.5rem; }
  .digitlab-film-picture img { width: 3.5rem; }
  .digitlab-film-picture .digitlab-answer strong { font-size: 3rem; }
}
"""


def apply() -> None:
    """Add what depends on the language to the style sheet."""
    menu = json.dumps(_("Menu"), ensure_ascii=False)  # CSS writes \u otherwise
    st.html(f"<style>[data-testid=stExpandSidebarButton]::after {{ content: {menu} }}</style>")


def is_dark() -> bool:
    """Whether the page is shown in the dark theme."""
    return st.context.theme.type == "dark"
