"""Roles of the phone's navigation: Streamlit puts its groups into a list that holds other things than list items."""

import streamlit as st


def listen() -> None:
    """Give the groups of pages, whenever they are shown, roles that screen readers understand."""
    _roles(key="navigation-roles", height="content")


_roles = st.components.v2.component(
    "digitlab_navigation_roles",
    js="""
function mend() {
  for (const list of document.querySelectorAll("[data-testid=stSidebarNavItems]")) {
    list.role = "none"
    for (const item of list.querySelectorAll("li")) item.role = "none"
  }
}

const observers = new WeakMap()
export default function ({ parentElement }) {
  if (!observers.has(parentElement)) {
    const observer = new MutationObserver(mend)
    observer.observe(document.body, { childList: true, subtree: true })
    observers.set(parentElement, observer)
  }
  mend()
  return () => {
    observers.get(parentElement)?.disconnect()
    observers.delete(parentElement)
  }
}
""",
)
