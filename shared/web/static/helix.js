// The little that HTML cannot do by itself. Every page works without it.

// A form that is on its way is not sent twice: two clicks must not make two payments.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
});

// Coming back by the browser's back button, the form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});

// A number is read more easily with its thousands apart. The server reads it either way.
document.addEventListener("input", ({ target }) => {
  if (target.inputMode !== "numeric") return;
  const point = document.documentElement.lang === "id" ? "." : ",";
  const digits = target.value.replace(/^\s*Rp\.?/i, "").replaceAll(point, "").replace(/\s/g, "");
  if (!/^\d{1,16}$/.test(digits)) return;
  const before = target.value.slice(0, target.selectionStart).replace(/\D/g, "").length;
  target.value = digits.replace(/\B(?=(\d{3})+$)/g, point);
  let caret = 0;
  for (let left = before; left > 0; caret += 1) if (target.value[caret] !== point) left -= 1;
  target.setSelectionRange(caret, caret);
});

// One box ticks all of a list, and says whether all are ticked. It is shown only where it can.
const listOf = (all) => [...all.form.querySelectorAll(`[name="${all.dataset.ticks}"]`)];
const tellAll = (all) => { all.checked = listOf(all).every((box) => box.checked); };
document.addEventListener("change", ({ target }) => {
  const all = target.form?.querySelector("[data-ticks]");
  if (target === all) listOf(all).forEach((box) => { box.checked = all.checked; });
  else if (all) tellAll(all);
});
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-ticks]").forEach((all) => {
    all.closest("[hidden]").hidden = false;
    tellAll(all);
  });
});

// Someone who does not see the page should hear at once that the form came back.
const announceFaults = (root) => root.querySelector(".error-summary")?.focus();
document.addEventListener("DOMContentLoaded", () => announceFaults(document));
document.addEventListener("htmx:afterSettle", (event) => announceFaults(event.target));
