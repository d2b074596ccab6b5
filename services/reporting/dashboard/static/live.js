// The figures renew themselves. What has not changed is not drawn again, and nobody is disturbed who is
// reading a table or standing on a link inside: it waits until they have left.
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  if (part.id !== "live") return;
  const tag = event.detail.xhr.getResponseHeader("ETag");
  const busy = part.contains(document.activeElement) || part.querySelector("details[open]");
  if (busy || tag === part.dataset.tag) event.detail.shouldSwap = false;
  else part.dataset.tag = tag;
});
