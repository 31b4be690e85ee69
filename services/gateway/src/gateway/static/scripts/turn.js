// The arrow keys turn the sections of a course: back and on by the links that stand below; where a section is to be saved
// first, its button gets the focus, and nothing is done. Not while somebody types, chooses, or hears a film or recording.
const busy = "input, textarea, select, video, audio, summary, [contenteditable], [tabindex='0']";
const hint = document.querySelector("[data-turns]");
if (hint) hint.hidden = false;

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.(busy) || document.querySelector("dialog[open]")) return;
  if (event.key === "ArrowLeft") document.querySelector("main a[rel=prev]")?.click();
  else if (event.key === "ArrowRight") {
    const on = document.querySelector("main a[rel=next]");
    if (on) on.click();
    else document.querySelector("[data-on]")?.focus();
  }
});
