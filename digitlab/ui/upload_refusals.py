"""Shows why the server refused a file.

Streamlit's file uploader shows the number of a refusal only, "Request failed with status code 413", and has no way to
show its text. So this listens to uploads, and writes the text of a refusal in the place of the number.
"""

import streamlit as st

_KEY = "upload-refusals"


def listen() -> None:
    """Listen to the uploads of this page; call it once a page."""
    st.html(f"<style>.st-key-{_KEY} {{ display: none; }}</style>")
    _listener(key=_KEY, height="content")


_listener = st.components.v2.component(
    "digitlab_upload_refusals",
    js="""
const NUMBER = /^AxiosError: Request failed with status code (\\d+)$/
const PLACES = "[role=alert], [data-testid=stTooltipErrorContent]"  // beside the file, and above it

function listen() {
  const reasons = new Map()  // by the number of the status
  const tell = () => {
    for (const place of document.querySelectorAll(PLACES)) {
      const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const reason = reasons.get(NUMBER.exec(text.nodeValue)?.[1])
        if (reason) text.nodeValue = reason
      }
    }
  }
  const observer = new MutationObserver(tell)
  const refused = ({ target }) => {
    const isText = target.getResponseHeader("content-type")?.startsWith("text/plain")
    if (target.status < 400 || !isText) return
    if (!reasons.size) observer.observe(document.body, { childList: true, subtree: true })
    reasons.set(String(target.status), target.responseText)
  }
  const open = XMLHttpRequest.prototype.open
  XMLHttpRequest.prototype.open = function (method, address, ...others) {
    if (String(address).includes("/_stcore/upload_file/")) this.addEventListener("loadend", refused)
    return open.call(this, method, address, ...others)
  }
  return true
}

export default function () {
  window.digitlabListensToUploads ||= listen()
}
""",
)
