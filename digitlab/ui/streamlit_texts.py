"""Translates what Streamlit itself writes: on its fields, in its menu, and when the line to the server breaks.

Streamlit has these texts in English only, and no way to give it others. So this replaces them in the page, wherever
they appear outside of what pages write. A text that another version of Streamlit words differently stays in English.
"""

from functools import lru_cache

import streamlit as st

from digitlab.translation import LANGUAGES, Text, in_language, language, translated

# As Streamlit 1.67 has them; {name} stands for what changes.
TEXTS = (
    Text("Upload"),
    Text("Add files"),
    Text("Drag and drop a file here"),
    Text("Drag and drop files here"),
    Text("{size} per file"),
    Text("{size} per file • {kinds}"),
    Text("Take Photo"),
    Text("Clear photo"),
    Text("Switch camera"),
    Text("This app would like to use your camera."),
    Text("Learn how to allow access."),
    Text("Uploading..."),
    Text("Choose an option"),
    Text("Choose options"),
    Text("No options to select"),
    Text("No results"),
    Text("Select all"),
    Text("Clear all"),
    Text("Clear value"),
    Text("Open"),
    Text("Close"),
    Text("Increment"),
    Text("Decrement"),
    Text("Number is above the allowed range."),
    Text("Number is below the allowed range."),
    Text("Press Enter to apply"),
    Text("Skip to main content"),
    Text("Main menu"),
    Text("App pages"),
    Text("Expand sidebar"),
    Text("Collapse sidebar"),
    Text("View less"),
    Text("Link to heading"),
    Text("Help"),
    Text("Help for {label}"),
    Text("Fullscreen"),
    Text("Close fullscreen"),
    Text("Show/hide columns"),
    Text("Download as CSV"),
    Text("Search"),
    Text("Copy to clipboard"),
    Text("Copied"),
    Text("Rerun"),
    Text("Settings"),
    Text("Print"),
    Text("Record screen"),
    Text("About"),
    Text("Get help"),
    Text("Report a bug"),
    Text("Theme"),
    Text("Light"),
    Text("Dark"),
    Text("Use system setting"),
    Text("Connection error"),
    Text("Streamlit server is not responding. Are you connected to the internet?"),
    Text("Reconnected to server."),
    Text("Connecting"),
    Text("Page not found"),
    Text("The page that you have requested does not seem to exist"),
)


def listen() -> None:
    """Translate Streamlit's texts on this page, now and as they appear; call it once a page."""
    _translator(
        key="streamlit-texts",
        data={"texts": _variants(), "language": list(LANGUAGES).index(language())},
        height="content",
    )


@lru_cache(maxsize=1)
def _variants() -> list[list[str]]:
    """Return each text in all languages, in their order in `LANGUAGES`."""
    columns = []
    for code in LANGUAGES:
        with in_language(code):
            columns.append([translated(text) for text in TEXTS])
    return [list(row) for row in zip(*columns, strict=True)]


_translator = st.components.v2.component(
    "digitlab_streamlit_texts",
    js=r"""
const ATTRIBUTES = ["aria-label", "title", "placeholder"]
const OF_PAGES = "[data-testid=stMarkdownContainer], [data-testid=stText], [data-testid=stCode], [class*=digitlab]"
const OF_STREAMLIT = "[data-testid=stFileUploaderDropzone], [data-testid=stCameraInput]"  // with buttons as pages have
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

// Finds a text by any of its variants, and returns the one of the chosen language; null for another text.
function translator({ texts, language }) {
  const exact = new Map(), patterns = []
  for (const variants of texts) {
    const chosen = variants[language]
    for (const variant of variants) {
      if (!variant.includes("{")) exact.set(variant, chosen)
      else {
        const names = [...variant.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
        const parts = variant.split(/\{\w+\}/).map(escape)
        patterns.push({ names, chosen, form: new RegExp(`^${parts.join("(.+)")}$`, "s") })
      }
    }
  }
  patterns.sort((one, other) => other.names.length - one.names.length)
  return (text) => {
    const found = exact.get(text)
    if (found !== undefined) return found
    for (const { form, names, chosen } of patterns) {
      const match = form.exec(text)
      if (match) return chosen.replace(/\{(\w+)\}/g, (_, name) => match[names.indexOf(name) + 1])
    }
    return null
  }
}

function start() {
  let translate = () => null
  const write = (element, name) => {
    const text = element.getAttribute(name)
    const other = text && translate(text)
    if (other && other !== text) element.setAttribute(name, other)
  }
  const isOfStreamlit = (place) => place && (place.closest(OF_STREAMLIT) || !place.closest(OF_PAGES))
  const writeText = (node) => {
    const text = node.nodeValue.trim()
    const other = text && text.length < 120 && translate(text)
    if (other && other !== text && isOfStreamlit(node.parentElement)) node.nodeValue = other
  }
  const visit = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return writeText(root)
    if (root.nodeType !== Node.ELEMENT_NODE || root.matches("svg, canvas, script, style")) return
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    for (let node = root; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) writeText(node)
      else for (const name of ATTRIBUTES) if (node.hasAttribute(name)) write(node, name)
    }
  }
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes, attributeName } of changes) {
      if (type === "attributes") write(target, attributeName)
      else if (type === "characterData") writeText(target)
      else for (const node of addedNodes) visit(node)
    }
  })
  const options = { childList: true, subtree: true, characterData: true, attributeFilter: ATTRIBUTES }
  observer.observe(document.body, options)
  return {
    end: () => observer.disconnect(),
    use: (data) => {
      translate = translator(data)
      visit(document.body)
    },
  }
}

const running = new WeakMap()
export default function ({ parentElement, data }) {
  if (!running.has(parentElement)) running.set(parentElement, { ...start(), language: null })
  const one = running.get(parentElement)
  if (one.language !== data.language) {
    one.language = data.language
    one.use(data)
  }
  return () => {
    running.get(parentElement)?.end()
    running.delete(parentElement)
  }
}
""",
)
